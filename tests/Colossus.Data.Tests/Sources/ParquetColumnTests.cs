using System.Text;
using Colossus.Specs.Jobs;
using ParquetSharp.Schema;
using static Colossus.Data.Tests.ParquetFiles;
using Repetition = ParquetSharp.Repetition;

namespace Colossus.Data.Tests.Sources;

/// <summary>Which column is the text, and what does not matter beside it.</summary>
public sealed class ParquetColumnTests
{
    private static readonly byte[]?[] rows = [[.. "one"u8], null, [], [.. "zwei für"u8]];

    [Theory]
    [InlineData(Repetition.Optional, Repetition.Optional)]
    [InlineData(Repetition.Required, Repetition.Optional)]
    [InlineData(Repetition.Optional, Repetition.Required)]
    [InlineData(Repetition.Required, Repetition.Required)]
    public void A_column_is_a_path(Repetition group, Repetition leaf)
    {
        using var folder = new TempFolder();
        var filled = rows.Where(row => row is not null || leaf == Repetition.Optional).ToArray();
        Write(folder, [Group("meta", group, Text("text", leaf))], filled);
        Assert.Equal(["one", "zwei für"], TempFolder.Texts(folder.Build(new DataSpec(["a.parquet"], Field: "meta.text", Holdout: 0))));
    }

    [Fact]
    public void The_top_level_column_of_a_name_is_meant_wherever_else_the_name_stands()
    {
        using var folder = new TempFolder();
        ParquetFiles.Write(Path.Combine(folder.Root, "a.parquet"), [Group("meta", Repetition.Optional, Number("text")), Text("text")], rows);
        Assert.Equal(["one", "zwei für"], TempFolder.Texts(folder.Build("a.parquet")));
    }

    [Fact]
    public void A_name_that_is_only_further_down_is_refused_with_the_paths()
    {
        using var folder = new TempFolder();
        Write(folder, [Group("question", Repetition.Optional, Text("text")), Group("answer", Repetition.Optional, Text("text"))], rows);
        var problem = folder.Problem("a.parquet");
        Assert.Contains("no column text", problem.What, StringComparison.Ordinal);
        Assert.EndsWith("question.text, answer.text", problem.NextStep, StringComparison.Ordinal);
        problem = Assert.Single(folder.Problems(new(["a.parquet"], Field: "answer")));
        Assert.Contains("answer is a group", problem.What, StringComparison.Ordinal);
        Assert.EndsWith("strings: answer.text", problem.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_of_two_columns_is_refused_with_both()
    {
        using var folder = new TempFolder();
        Write(folder, [Text("meta.text"), Group("meta", Repetition.Optional, Text("text"))], rows);
        var problem = Assert.Single(folder.Problems(new(["a.parquet"], Field: "meta.text")));
        Assert.Contains("\"meta.text\" and meta → text", problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_are_not_read_do_not_matter()
    {
        using var folder = new TempFolder();
        Write(
            folder,
            [Float16("half"), Number("list", Repetition.Repeated), Group("odd", Repetition.Repeated, Number("a"), Number("b")), Text("text"), Text("tags", Repetition.Repeated)],
            rows);
        Assert.Equal(["one", "zwei für"], TempFolder.Texts(folder.Build("a.parquet")));
        var problem = Assert.Single(folder.Problems(new(["a.parquet"], Field: "tags")));
        Assert.Contains("holds lists", problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_whose_checksum_is_wrong_is_refused()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Root, "a.parquet");
        ParquetFiles.Write(path, [Text("text", Repetition.Required)], [[.. "unmistakable"u8]], checksums: true);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().IndexOf("unmistakable"u8)] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("CRC", folder.Problem("a.parquet").What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_cut_like_any_other()
    {
        using var folder = new TempFolder();
        var text = string.Concat(Enumerable.Range(0, 200_000).Select(i => $"Line {i}\n"));
        Write(folder, [Text("text")], [Encoding.UTF8.GetBytes(text), [.. "next"u8]]);
        var info = folder.Build("a.parquet");
        Assert.True(info.Documents > 5);
        Assert.Equal([text, "next"], TempFolder.Texts(info));
    }

    private static void Write(TempFolder folder, Node[] fields, byte[]?[] rows) =>
        ParquetFiles.Write(Path.Combine(folder.Root, "a.parquet"), fields, rows);
}
