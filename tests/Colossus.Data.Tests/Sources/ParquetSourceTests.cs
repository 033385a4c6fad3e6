using Colossus.Data.Shards;
using Colossus.Specs.Jobs;
using Parquet;
using Parquet.Schema;

namespace Colossus.Data.Tests.Sources;

public sealed class ParquetSourceTests
{
    [Fact]
    public async Task The_named_column_is_read_from_all_row_groups()
    {
        using var folder = new TempFolder();
        await WriteAsync(folder, "a.parquet", [["one", "zwei für", ""], ["three"]]);
        var info = folder.Build(new DataSpec(["a.parquet"], Field: "body", Holdout: 0));
        Assert.Equal(["one", "zwei für", "three"], TempFolder.Texts(info));
        using var corpus = TokenCorpus.Open(info.Folder);
        Assert.Equal(["a.parquet:0", "a.parquet:1", "a.parquet:3"], corpus.Documents().Select(document => document.Id));
    }

    [Fact]
    public async Task A_missing_column_is_reported_with_those_there()
    {
        using var folder = new TempFolder();
        await WriteAsync(folder, "a.parquet", [["one"]]);
        var problem = folder.Problem("a.parquet");
        Assert.Contains("no column text", problem.What, StringComparison.Ordinal);
        Assert.EndsWith("column of strings: body", problem.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_of_numbers_is_refused()
    {
        using var folder = new TempFolder();
        await WriteAsync(folder, "a.parquet", [["one"]]);
        var problem = Assert.Single(folder.Problems(new(["a.parquet"], Field: "number")));
        Assert.Contains("holds Int32", problem.What, StringComparison.Ordinal);
        Assert.EndsWith("body", problem.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_files_are_reported()
    {
        using var folder = new TempFolder();
        await WriteAsync(folder, "a.parquet", [["one"]]);
        var whole = await File.ReadAllBytesAsync(Path.Combine(folder.Root, "a.parquet"), TestContext.Current.CancellationToken);
        folder.Write("cut.parquet", whole[..^9]);
        folder.Write("text.parquet", "This is no Parquet.");
        folder.Write("empty.parquet", "");
        var problems = folder.Problems(new(["cut.parquet", "text.parquet", "empty.parquet"], Field: "body"));
        Assert.Equal(3, problems.Count);
        Assert.All(problems, problem => Assert.StartsWith("not a readable Parquet file", problem.What, StringComparison.Ordinal));
    }

    private static async Task WriteAsync(TempFolder folder, string name, string[][] groups)
    {
        var number = new DataField<int>("number");
        var body = new DataField<string>("body");
        await using var stream = File.Create(Path.Combine(folder.Root, name));
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(number, body), stream);
        foreach (var group in groups)
        {
            using var rows = writer.CreateRowGroup();
            await rows.WriteAsync<int>(number, Enumerable.Range(0, group.Length).ToArray());
            await rows.WriteAsync(body, group);
        }
    }
}
