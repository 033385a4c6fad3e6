using System.Text;

namespace Colossus.Runs.Tests;

public sealed class LineFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File1 => folder.Sub("lines.jsonl");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_line_is_in_the_file_before_it_is_closed()
    {
        using var lines = LineFile.Open(File1);
        Assert.True(lines.Append("one"));
        Assert.Equal(["one"], LineFile.ReadWhole(File1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"half")]
    [InlineData("ünvollständig")]
    public void A_torn_last_line_is_left_out_by_readers_and_cut_off_at_the_next_start(string torn)
    {
        File.WriteAllText(File1, "one\ntwo\n" + torn);
        Assert.Equal(["one", "two"], LineFile.ReadWhole(File1));

        using (var lines = LineFile.Open(File1))
        {
            lines.Append("three");
        }

        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(File1));
    }

    [Fact]
    public void A_torn_line_longer_than_a_block_is_healed_too()
    {
        File.WriteAllText(File1, "one\n" + new string('x', 20_000));
        using var lines = LineFile.Open(File1);
        Assert.Equal("one\n", File.ReadAllText(File1));
    }

    [Fact]
    public void A_file_that_is_one_torn_line_becomes_empty()
    {
        File.WriteAllText(File1, "no end");
        Assert.Empty(LineFile.ReadWhole(File1));
        using var lines = LineFile.Open(File1);
        Assert.Equal(0, new FileInfo(File1).Length);
    }

    [Fact]
    public void Lines_of_many_threads_do_not_mix()
    {
        using (var lines = LineFile.Open(File1))
        {
            Parallel.For(0, 400, index => lines.Append(new string((char)('a' + (index % 26)), 50)));
        }

        var read = LineFile.ReadWhole(File1).ToList();
        Assert.Equal(400, read.Count);
        Assert.All(read, line => Assert.Equal(new string(line[0], 50), line));
    }

    [Fact]
    public void A_full_disk_drops_lines_and_counts_them_but_throws_nothing()
    {
        // /dev/full takes no byte: every write fails as on a full disk.
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        using var lines = LineFile.Open("/dev/full");
        Assert.False(lines.Append("lost"));
        Assert.False(lines.Append("lost too"));
        Assert.Equal(2, lines.DroppedLines);
        Assert.Contains("space", lines.LastError, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_line_without_bound_is_refused()
    {
        using var lines = LineFile.Open(File1);
        Assert.Throws<ArgumentException>(() => lines.Append(new string('x', LineFile.MaximumLineBytes)));
        Assert.Throws<ArgumentException>(() => lines.Append("two\nlines"));
        Assert.Empty(File.ReadAllBytes(File1));
    }

    [Fact]
    public void Text_beyond_ascii_counts_in_bytes_not_letters()
    {
        File.WriteAllText(File1, "größer\n→→→\nlast\n", new UTF8Encoding(false));
        Assert.Equal(["größer", "→→→", "last"], LineFile.ReadWhole(File1));
    }
}
