using System.Text;
using Colossus.Specs.Tests.Jobs;

namespace Colossus.Specs.Tests.Yaml;

/// <summary>Anchors, aliases and merge keys: read wherever YAML allows them, with mistakes where they stand, and bounded.</summary>
public sealed class YamlAnchorTests
{
    [Theory]
    [InlineData("model: { layers: &n 4, hidden: 64, heads: *n }")]
    [InlineData("model: { layers: &n '4x', hidden: 64, heads: 4 }", "layers: &n '4x'", "layers: &n 4")]
    [InlineData("model: { hidden: 64, heads: &n 4, layers: *n, }")]
    [InlineData("model: {\n  layers: &n 4, # first\n  hidden: 64,\n  heads: *n\n}")]
    [InlineData("{\"model\": {\"layers\": &n 4, \"hidden\": 64, \"heads\": *n}}")]
    [InlineData("base: &b { layers: &n 4, hidden: 64 }\nmodel: { <<: *b, heads: *n }")]
    [InlineData("a: &a { layers: 4 }\nb: &b { layers: 9, hidden: 64 }\nmodel: { heads: 4, <<: [*a, *b] }")]
    [InlineData("a: &a\n  layers: 9\n  hidden: 64\nmodel:\n  layers: 4\n  <<: *a\n  heads: 4\n")]
    [InlineData("model: { <<: { layers: 4, hidden: 64 }, heads: 4 }")]
    [InlineData("model: &m { layers: 4, hidden: 64, heads: 4 }\ndata: { source: [&s 'a: {b}, &c', *s] }")]
    public void Anchors_work_in_flow_style(string text, string from = "-", string to = "-")
    {
        var model = Read.Job(text.Replace(from, to, StringComparison.Ordinal)).Model;
        Assert.Equal((4, 64, 4), (model.Layers, model.Hidden, model.Heads));
    }

    [Theory]
    [InlineData("model: { layers: &n 4, hidden: x, heads: *n }", "job.yaml:1:32: error COL1003: model.hidden is 'x'")]
    [InlineData("base: &b { layers: 0 }\nmodel: { <<: *b, hidden: 64, heads: 4 }", "job.yaml:1:20: error COL1004: model.layers is 0")]
    [InlineData("base: &b { layers: 4, depth: 2 }\nmodel: { <<: *b, hidden: 64, heads: 4 }", "job.yaml:1:23: error COL1002: model.depth is not a key")]
    [InlineData("model: { <<: 4, layers: 4, hidden: 64, heads: 4 }", "job.yaml:1:14: error COL1003: << takes the keys of other sections, and this is none")]
    [InlineData("base: { layers: 4 }\nmodel: { layers: 4, hidden: 64, heads: 4 }", "job.yaml:1:1: error COL1002: base is not a key")]
    [InlineData("base: &b { layers: 4 }\nmodel: { layers: 4, hidden: 64, heads: 4 }", "job.yaml:1:1: error COL1002: base is not a key")]
    [InlineData("model: { '<<': { layers: 4 }, layers: 4, hidden: 64, heads: 4 }", "job.yaml:1:10: error COL1002: model.<< is not a key")]
    public void Mistakes_are_shown_where_they_stand(string text, string mistake) => Assert.StartsWith(mistake, Read.Mistake(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("[{0}]", "[x]")]
    [InlineData("{{ k: {0} }}", "{{ k: x }}")]
    [InlineData("{{ <<: {0}, k{1}: x }}", "{{ k: x }}")]
    public void Aliases_of_aliases_are_bounded_however_they_are_nested(string link, string first)
    {
        var text = new StringBuilder(Read.Minimal).Append("a0: &a0 ").AppendFormat(null, first, 0, 0).Append('\n');
        for (int i = 1; i < 30_000; i++)
        {
            text.Append('a').Append(i).Append(": &a").Append(i).Append(' ').AppendFormat(null, link, $"*a{i - 1}", i).Append('\n');
        }

        Assert.Contains(Read.Mistakes(text.ToString()), static mistake => mistake.Message.Contains("more than 100000 values", StringComparison.Ordinal));
    }
}
