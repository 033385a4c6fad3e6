using Colossus.Specs.Jobs;

namespace Colossus.Data.Tests.Sources;

/// <summary>data.onBadLine: skip.</summary>
public sealed class BadLineTests
{
    private static readonly DataSpec skip = new(["*"], Holdout: 0, OnBadLine: BadLineRule.Skip);

    [Theory]
    [InlineData("a.jsonl", "{\"text\":\"one\"}\nbad\n{\"text\":7}\n{\"text\":\"\\ud800\"}\n{\"text\":\"two\"}\n", 3)]
    [InlineData("a.json", "[{\"text\":\"one\"},{\"no\":1},NaN,{\"text\":\"two\"}]", 2)]
    public void Bad_lines_are_passed_over_counted_and_recorded_with_their_places(string name, string content, int bad)
    {
        using var folder = new TempFolder();
        var path = folder.Write(name, content);
        var info = folder.Build(skip with { Sources = [name] });
        Assert.Equal(["one", "two"], TempFolder.Texts(info));
        Assert.Equal(bad, info.SkippedLines);
        Assert.Contains($"{bad} bad lines were passed over", Assert.Single(info.Notes), StringComparison.Ordinal);
        var places = File.ReadAllLines(Path.Combine(info.Folder, "skipped.txt"));
        Assert.Equal(bad, places.Length);
        Assert.All(places, place => Assert.StartsWith(path + ":", place, StringComparison.Ordinal));

        // The next one who uses the shards is told as well.
        var again = folder.Build(skip with { Sources = [name] });
        Assert.True(again.Reused);
        Assert.Equal(bad, again.SkippedLines);
        Assert.Equal(info.Notes, again.Notes);
    }

    [Fact]
    public void Whether_bad_lines_are_passed_over_is_part_of_the_key()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", "{\"text\":\"one\"}\n");
        var data = skip with { Sources = ["a.jsonl"] };
        Assert.NotEqual(folder.Build(data).Fingerprint, folder.Build(data with { OnBadLine = BadLineRule.Stop }).Fingerprint);
    }

    [Fact]
    public void Of_a_text_the_lines_that_are_not_utf8_are_left_out()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", [.. "one\nca"u8, 0xE9, .. "t\ntwo\n"u8, 0xFF, .. "\nthree"u8]);
        var info = folder.Build(skip with { Sources = ["a.txt"] });
        Assert.Equal(["one\ntwo\nthree"], TempFolder.Texts(info));
        Assert.Equal(2, info.SkippedLines);
    }

    [Fact]
    public void Invalid_utf8_is_treated_alike_in_every_kind_of_file()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", [0xFF]);
        folder.Write("b.jsonl", [.. "{\"text\":\""u8, 0xFF, .. "\"}"u8]);
        folder.Write("c.json", [.. "[{\"text\":\""u8, 0xFF, .. "\"}]"u8]);
        ParquetFiles.Write(Path.Combine(folder.Root, "d.parquet"), [ParquetFiles.Text("text")], [[0x41], [0xFF], [0x42]]);
        var problems = folder.Problems(new DataSpec(["a.txt", "b.jsonl", "c.json", "d.parquet"]));
        Assert.Equal(4, problems.Count);
        Assert.All(problems, problem => Assert.Contains("0xFF", problem.What, StringComparison.Ordinal));
        Assert.Contains("row 1", problems[3].What, StringComparison.Ordinal);
        var info = folder.Build(skip with { Sources = ["a.txt", "b.jsonl", "c.json", "d.parquet"] });
        Assert.Equal(4, info.SkippedLines);
        Assert.Equal(["A", "B"], TempFolder.Texts(info));
    }

    [Fact]
    public void When_every_line_is_bad_the_first_is_shown()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", "bad\nworse\n");
        var problem = Assert.Single(folder.Problems(skip with { Sources = ["a.jsonl"] }));
        Assert.Contains("all 2 lines are bad", problem.What, StringComparison.Ordinal);
        Assert.Contains("not a JSON object", problem.What, StringComparison.Ordinal);
    }
}
