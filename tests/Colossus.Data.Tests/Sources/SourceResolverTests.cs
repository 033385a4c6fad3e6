namespace Colossus.Data.Tests.Sources;

public sealed class SourceResolverTests
{
    [Fact]
    public void Globs_find_files_in_ordinal_order_each_once()
    {
        using var folder = new TempFolder();
        folder.Write("text/b.txt", "b");
        folder.Write("text/B.txt", "B");
        folder.Write("text/deep/er/a.txt", "a");
        folder.Write("text/.hidden/x.txt", "x");
        folder.Write("text/c.md", "c");
        Assert.Equal(["B", "b", "a"], TempFolder.Texts(folder.Build("text/**/*.txt")));
        Assert.Equal(["c", "B", "b", "a"], TempFolder.Texts(folder.Build("text/c.md", "text/**", "text/?.txt")));
        Assert.Equal(["x"], TempFolder.Texts(folder.Build("text/.hid*/*.txt")));
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        using var folder = new TempFolder();
        folder.Write("picture.png", "x");
        folder.Write("sub/a.txt", "x");
        var problems = folder.Problems(new(["gone.txt", "no/where/*.txt", "picture.png", "sub", "dotnet-doc", "a/b.txt"], "no-such", Holdout: 0.9));
        var lines = problems.Select(problem => problem.ToString()).ToList();
        Assert.Equal(8, lines.Count);
        Assert.Contains("gone.txt: the file does not exist", lines[0], StringComparison.Ordinal);
        Assert.Contains("no file matches no/where/*.txt", lines[1], StringComparison.Ordinal);
        Assert.Contains("extension .png", lines[2], StringComparison.Ordinal);
        Assert.Contains("sub/**/*.txt", lines[3], StringComparison.Ordinal);
        Assert.Contains("did you mean dotnet-docs?", lines[4], StringComparison.Ordinal);
        Assert.Contains("nor does its folder", lines[5], StringComparison.Ordinal);
        Assert.Contains("data.holdout is 0.9", lines[6], StringComparison.Ordinal);
        Assert.Contains("bytes, cl100k, o200k", lines[7], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.DoesNotContain('\n', line));
    }

    [Fact]
    public void No_sources_is_a_mistake()
    {
        using var folder = new TempFolder();
        Assert.Contains("names nothing", folder.Problem().What, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_without_text_are_an_empty_corpus()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "  \n ");
        folder.Write("b.txt", "");
        Assert.Contains("no text in any of the 2 files", folder.Problem("*.txt").What, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Path.Combine(folder.Cache, ".building")));
    }

    [Fact]
    public void A_bad_file_among_good_ones_is_reported_and_no_corpus_is_left()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "good");
        folder.Write("b.txt", [0x80]);
        folder.Write("c.txt", [0x81]);
        var problems = folder.Problems(new(["*.txt"]));
        Assert.Equal(2, problems.Count);
        Assert.Empty(Directory.GetFiles(folder.Cache, "corpus.json", SearchOption.AllDirectories));
    }
}
