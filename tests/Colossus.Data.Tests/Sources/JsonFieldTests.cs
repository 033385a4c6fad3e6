using Colossus.Specs.Jobs;

namespace Colossus.Data.Tests.Sources;

/// <summary>Which field is the text, and what does not matter beside it.</summary>
public sealed class JsonFieldTests
{
    [Theory]
    [InlineData("""{"meta":{"text":"inner"},"text":"outer"}""", "meta.text", "inner")]
    [InlineData("""{"meta":{"text":"inner"},"text":"outer"}""", "text", "outer")]
    [InlineData("""{"meta.text":"flat"}""", "meta.text", "flat")]
    [InlineData("""{"a":{"b.c":{"d":"deep"}}}""", "a.b.c.d", "deep")]
    [InlineData("""{"text":"first","text":"last"}""", "text", "last")]
    [InlineData("""{"t\u0065xt":"named by an escape"}""", "text", "named by an escape")]
    [InlineData("""{"text":"line\nend \u00e9 \ud83d\ude00"}""", "text", "line\nend é 😀")]
    [InlineData("""{"other":[{"text":"no"},[[{}]]],"text":"yes"}""", "text", "yes")]
    public void A_field_is_a_path(string line, string field, string text)
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", line);
        Assert.Equal([text], TempFolder.Texts(folder.Build(new DataSpec(["a.jsonl"], Field: field, Holdout: 0))));
    }

    [Fact]
    public void A_field_that_can_be_reached_in_two_ways_is_refused_with_both()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", """{"meta.text":"flat","meta":{"text":"inner"}}""");
        var problem = Assert.Single(folder.Problems(new(["a.jsonl"], Field: "meta.text")));
        Assert.Contains("\"meta.text\" and meta → text", problem.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text", "there is no field text", "meta.text, title")]
    [InlineData("meta", "the field meta is an object", "meta.text, title")]
    [InlineData("meta.number", "the field meta.number is a number", "meta.text, title")]
    public void Advice_names_paths_that_hold_text(string field, string what, string paths)
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", """{"meta":{"text":"x","number":5,"list":["y"]},"title":"z"}""");
        var problem = Assert.Single(folder.Problems(new(["a.jsonl"], Field: field)));
        Assert.Contains(what, problem.What, StringComparison.Ordinal);
        Assert.EndsWith(paths, problem.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_is_no_mistake()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", $$"""{"deep":{{new string('[', 100_000)}}{{new string(']', 100_000)}},"text":"fine"}""");
        Assert.Equal(["fine"], TempFolder.Texts(folder.Build("a.jsonl")));
    }

    [Theory]
    [InlineData("NaN", "NaN is no JSON")]
    [InlineData("Infinity", "Infinity is no JSON")]
    [InlineData("-Infinity", "Infinity is no JSON")]
    public void Numbers_that_only_Python_writes_are_named(string number, string what)
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", $$"""{"score": {{number}}, "text": "x"}""");
        var problem = folder.Problem("a.jsonl");
        Assert.Contains(what, problem.What, StringComparison.Ordinal);
        Assert.Contains("onBadLine: skip", problem.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_in_a_field_that_is_not_read_does_not_matter()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", [.. "{\"other\":\""u8, 0xFF, .. "\",\"half\":\"\\ud800\",\"text\":\"fine\"}"u8]);
        Assert.Equal(["fine"], TempFolder.Texts(folder.Build("a.jsonl")));
    }
}
