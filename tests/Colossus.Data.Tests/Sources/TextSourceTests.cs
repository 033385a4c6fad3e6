using System.Text;
using Colossus.Data.Shards;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Tests.Sources;

public sealed class TextSourceTests
{
    [Fact]
    public void Text_and_markdown_files_are_one_document_each()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "Alpha");
        folder.Write("b.md", "# Beta\n\nfür alle");
        Assert.Equal(["Alpha", "# Beta\n\nfür alle"], TempFolder.Texts(folder.Build("a.txt", "b.md")));
    }

    [Fact]
    public void A_byte_order_mark_is_dropped_and_windows_line_ends_are_made_plain()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "\uFEFFone\r\ntwo\rthree");
        Assert.Equal(["one\ntwo\nthree"], TempFolder.Texts(folder.Build("a.txt")));
    }

    [Fact]
    public void A_null_character_does_not_end_a_document()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "one\0two");
        Assert.Equal(["one\uFFFDtwo"], TempFolder.Texts(folder.Build("a.txt")));
    }

    [Theory]
    [InlineData("\n\n", 400)]
    [InlineData("\n", 3000)]
    [InlineData("", 9_000_000)]
    [InlineData("\r\n\r\n", 20_000)]
    public void A_long_file_is_cut_into_documents_and_nothing_is_lost(string paragraphEnd, int paragraphLength)
    {
        using var folder = new TempFolder();
        var text = new StringBuilder();
        for (var i = 0; text.Length < 9_000_000; i++)
        {
            // Characters of one to four bytes, so that a careless cut would fall into one.
            text.Append(i).Append(paragraphLength < 10_000 ? "aé€😀" : "😀").Insert(text.Length, "x€", Math.Min(paragraphLength, 9_000_000) / 2).Append(paragraphEnd);
        }

        folder.Write("long.txt", text.ToString());
        var info = folder.Build("long.txt");
        Assert.InRange(info.Documents, 30, 4000);

        // Parts that follow one another in one split have no separator between them.
        Assert.Equal([text.Replace("\r\n", "\n").ToString()], TempFolder.Texts(info));
        using var corpus = TokenCorpus.Open(info.Folder);
        var documents = corpus.Documents().ToList();
        Assert.All(documents, document => Assert.InRange(document.Bytes, 1, 256 << 10));
        Assert.Equal(info.TrainTokens - 1, documents.Sum(document => document.Tokens));
    }

    [Fact]
    public void Some_of_a_single_long_file_is_held_out()
    {
        using var folder = new TempFolder();
        folder.Write("long.txt", string.Concat(Enumerable.Range(0, 20_000).Select(i => $"This is paragraph {i} of the text.\n\n")));
        var info = folder.Build(new DataSpec(["long.txt"]));
        Assert.True(info.HeldOutTokens > 1000, info.ToString());
        Assert.True(info.TrainTokens > info.HeldOutTokens * 10, info.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(300_000)]
    [InlineData(5_000_000)]
    public void What_is_not_utf8_is_reported_with_its_offset(int offset)
    {
        using var folder = new TempFolder();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("word\n", (offset / 5) + 20)));
        bytes[offset] = 0xE9;
        var path = folder.Write("latin.txt", bytes);
        var problem = folder.Problem("latin.txt");
        Assert.Equal(path, problem.File);
        Assert.Equal(offset, problem.ByteOffset);
        Assert.Contains("0xE9 is not UTF-8", problem.What, StringComparison.Ordinal);
        Assert.Contains("iconv -f ISO-8859-1 -t UTF-8", problem.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Utf16_is_named_as_such()
    {
        using var folder = new TempFolder();
        folder.Write("wide.txt", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("text")).ToArray());
        Assert.Contains("UTF-16", folder.Problem("wide.txt").What, StringComparison.Ordinal);
    }
}
