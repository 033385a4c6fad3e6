using System.Text;
using Colossus.Specs.Jobs;
using Colossus.Specs.Tests.Jobs;
using CsCheck;

namespace Colossus.Specs.Tests.Yaml;

public sealed class YamlSourceTests
{
    [Theory]
    [InlineData("a: [1, 2", 1)]
    [InlineData("a: 'b", 1)]
    [InlineData("a: b: c", 1)]
    [InlineData("a: 1\n  b: 2", 2)]
    [InlineData("a:\n\tb: 1", 2)]
    [InlineData("%YAML 9.9\n---\na: 1", 1)]
    [InlineData("a: @b", 1)]
    [InlineData("a: }", 1)]
    [InlineData("!!]", 1)]
    [InlineData("a: !!] b", 1)]
    public void What_is_no_yaml_is_one_mistake_with_its_line(string text, int line)
    {
        var mistake = Read.Mistakes(text)[0];
        Assert.True(mistake.Code is "COL1001" or "COL1002", mistake.Headline);
        Assert.True(line == mistake.Place.Line, mistake.Headline);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n...\n")]
    [InlineData("null")]
    public void An_empty_file_says_so(string text) =>
        Assert.Equal("job.yaml:1:1: error COL1011: the file has nothing in it; start with: model: { layers: 2, hidden: 128, heads: 4 }", Read.Mistake(text));

    [Theory]
    [InlineData("- a\n- b")]
    [InlineData("just text")]
    public void A_file_without_keys_says_so(string text) => Assert.StartsWith("job.yaml:1:1: error COL1001: a file is one mapping of keys", Read.Mistake(text));

    [Fact]
    public void A_second_document_is_refused() => Assert.StartsWith("job.yaml:2:1: error COL1001: a second document starts here", Read.Mistake($"{Read.Minimal}---\n{Read.Minimal}"));

    [Fact]
    public void Every_duplicate_key_is_reported_and_the_rest_is_read() =>
        Assert.Equal(
            [
                "job.yaml:1:21: error COL1009: layers stands twice in one section, first on line 1; keep one of them",
                "job.yaml:3:1: error COL1009: name stands twice in one section, first on line 2; keep one of them",
                "job.yaml:4:18: error COL1004: train.steps is 0; use 1 to 2147483647",
            ],
            Read.Mistakes("model: { layers: 2, layers: 3, hidden: 128, heads: 4 }\nname: a\nname: b\ntrain: { steps:  0 }").Select(mistake => mistake.Headline));

    [Fact]
    public void A_key_is_a_word() => Assert.StartsWith("job.yaml:2:1: error COL1003: a key is one word", Read.Mistake($"{Read.Minimal}[a, b]: 1\n"));

    [Fact]
    public void Anchors_and_aliases_work() =>
        Assert.Equal(7, Read.Job("model:\n  layers: &n 7\n  hidden: 128\n  heads: 4\ntrain:\n  steps: *n\n").Train.Steps);

    [Theory]
    [InlineData("model: &a { layers: *a, hidden: 8, heads: 2 }")]
    [InlineData("model: { layers: *nowhere, hidden: 8, heads: 2 }")]
    public void An_alias_without_a_complete_anchor_is_refused(string text) => Assert.Contains(Read.Mistakes(text), mistake => mistake.Code == "COL1001");

    [Fact]
    public void A_star_that_should_be_in_quotes_is_marked_where_it_stands() =>
        Assert.Contains(
            "job.yaml:3:11: error COL1001: *.md refers to an anchor that is not complete before it; define the anchor first, or put a text that starts with * in quotes",
            Read.Mistakes("name: &a x\ndata:\n  source: *.md\n").Select(mistake => mistake.Headline));

    [Fact]
    public void Aliases_of_aliases_cannot_fill_the_memory()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++)
        {
            text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Assert.Contains("more than 100000 values", Read.Mistakes(text.ToString())[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{ a: ")]
    public void Deep_nesting_is_a_mistake_not_a_crash(string open) =>
        Assert.Contains("deeper than 32 levels", Read.Mistakes("model: " + string.Concat(Enumerable.Repeat(open, 100_000)))[0].Message, StringComparison.Ordinal);

    [Fact]
    public void No_text_makes_the_reader_throw()
    {
        Gen.String.Sample(text => JobReader.Parse(text, "job.yaml", [text], toTrain: true));
        Gen.String[Gen.Char[" \n\t:-,[]{}&*!|>'\"%@#ab1.~?"], 0, 60].Sample(text => JobReader.Parse(text, "job.yaml", [], toTrain: true), iter: 20_000);
    }

    [Fact]
    public void A_damaged_job_never_makes_the_reader_throw()
    {
        string sample = Repository.Text("samples/grok-100k.yaml");
        Gen.Select(Gen.Int[0, sample.Length - 1], Gen.Char[" \n:-,[]{}&*!'\"0x~"]).Sample(
            (at, letter) => JobReader.Parse(sample[..at] + letter + sample[(at + 1)..], "job.yaml", [], toTrain: true).Mistakes.All(mistake => mistake.ToString().Length > 0),
            iter: 3000);
    }
}
