using Colossus.Data.Shards;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Tests.Sources;

public sealed class JsonLinesSourceTests
{
    [Fact]
    public void The_named_field_is_the_text_and_origins_are_kept()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", """
            {"body": "First € text", "id": "x1", "region": "EU", "consent": "licence"}

            {"body": "Second", "collected_at": "2024-09-01", "subject": 7}
            {"body": null}
            {"body": " "}
            {"body": "Third"}
            """);
        var info = folder.Build(new DataSpec(["a.jsonl"], Field: "body", Holdout: 0));
        Assert.Equal(["First € text", "Second", "Third"], TempFolder.Texts(info));
        using var corpus = TokenCorpus.Open(info.Folder);
        var documents = corpus.Documents().ToList();
        Assert.Equal(["a.jsonl#x1", "a.jsonl:3", "a.jsonl:6"], documents.Select(document => document.Id));
        Assert.Equal("EU", documents[0].Region);
        Assert.Equal("licence", documents[0].Consent);
        Assert.Equal("2024-09-01", documents[1].CollectedAt);
        Assert.Equal("7", documents[1].Subject);
        Assert.Null(documents[2].Region);
    }

    [Fact]
    public void Bad_lines_are_reported_with_their_numbers_all_at_once()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", "{\"text\": \"fine\"}\n{\"text\": \n[1]\n{\"title\": \"t\", \"body\": \"b\"}\n{\"text\": 5}\n{\"text\": \"\\ud800\"}\n");
        var problems = folder.Problems(new(["a.jsonl"]));
        Assert.Equal([2, 3, 4, 5, 6], problems.Select(problem => problem.Line!.Value));
        Assert.Contains("not a JSON object", problems[0].What, StringComparison.Ordinal);
        Assert.Contains("found an array", problems[1].What, StringComparison.Ordinal);
        Assert.Contains("title, body", problems[2].NextStep, StringComparison.Ordinal);
        Assert.Contains("is a number, not a string", problems[3].What, StringComparison.Ordinal);
        Assert.Contains("\\ud800", problems[4].What, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_bad_lines_are_not_all_listed()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", string.Concat(Enumerable.Repeat("bad\n", 10_000)));
        var problems = folder.Problems(new(["a.jsonl"]));
        Assert.Equal(21, problems.Count);
        Assert.Contains("more than 20", problems[^1].What, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_reported_with_their_offset()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", [.. "{\"text\":\"a\"}\n{\"text\":\""u8, 0xFF, .. "\"}\n"u8]);
        Assert.Equal(22, folder.Problem("a.jsonl").ByteOffset);
    }

    [Fact]
    public void A_line_may_be_longer_than_any_buffer()
    {
        using var folder = new TempFolder();
        var text = new string('é', 3_000_000);
        folder.Write("a.jsonl", $"{{\"text\":\"small\"}}\n{{\"text\":\"{text}\"}}\n{{\"text\":\"last\"}}");
        Assert.Equal(["small", text, "last"], TempFolder.Texts(folder.Build("a.jsonl")));
    }
}
