using System.Text.Json.Nodes;
using Colossus.Specs.Jobs;
using CsCheck;

namespace Colossus.Specs.Tests.Jobs;

/// <summary>Settings in the text of a job file: the text keeps its style and says what file and settings say.</summary>
public sealed class JobEditorTests
{
    private static readonly string[] planned = ["train.globalBatch=64", "train.microBatch=2", "parallel.data=4", "parallel.zero=0"];

    [Theory]
    [InlineData("model: { layers: 2, hidden: 128, heads: 4 }\ntrain: { globalBatch: 64, precision: bf16 }\n", "train: { globalBatch: 64, precision: bf16, microBatch: 2 }\nparallel:\n  data: 4\n  zero: 0\n")]
    [InlineData("model: { layers: 2, hidden: 128, heads: 4 }\ntrain: { globalBatch: 64, microBatch: 8, }\nparallel: {}\n", "train: { globalBatch: 64, microBatch: 2, }\nparallel: { data: 4, zero: 0 }\n")]
    [InlineData("model: { layers: 2, hidden: 128, heads: 4 }\n'train':\n  globalBatch: 64 # sequences\n...\n", "'train':\n  globalBatch: 64 # sequences\n  microBatch: 2\nparallel:\n  data: 4\n  zero: 0\n...\n")]
    [InlineData("model: { layers: 2, hidden: 128, heads: 4 }\r\ntrain:\r\n  steps: 9\r\n\r\n# the end\r\n", "train:\r\n  steps: 9\r\n  globalBatch: 64\r\n  microBatch: 2\r\nparallel:\r\n  data: 4\r\n  zero: 0\r\n\r\n# the end\r\n")]
    [InlineData("{\"model\": {\"layers\": 2, \"hidden\": 128, \"heads\": 4}, \"train\": {\"globalBatch\": 256}}", "\"train\": {\"globalBatch\": 64, \"microBatch\": 2}, \"parallel\": { \"data\": 4, \"zero\": 0 }}")]
    [InlineData("model: { layers: 2, hidden: 128, heads: 4 }\nparallel:\ntrain: { globalBatch: &b 64, microBatch: *b }", "parallel: { data: 4, zero: 0 }\ntrain: { globalBatch: &b 64, microBatch: 2 }")]
    [InlineData("base: &base { layers: 2, hidden: 128 }\nmodel:\n  heads: 4\n  <<: *base\ntrain:\n  # large\n  globalBatch: 64\n", "  <<: *base\ntrain:\n  # large\n  globalBatch: 64\n  microBatch: 2\nparallel:\n  data: 4\n  zero: 0\n")]
    public void A_text_keeps_its_style_and_comments(string text, string end)
    {
        var edited = JobEditor.Write(text, "job.yaml", planned, asJson: false);
        Assert.False(edited.IsFresh, edited.Text);
        Assert.EndsWith(end, edited.Text, StringComparison.Ordinal);
        Assert.Equal(Read.Job(text, planned), Read.Job(edited.Text));
    }

    [Fact]
    public void Json_stays_json()
    {
        var edited = JobEditor.Write("{\n  \"model\": { \"layers\": 2, \"hidden\": 128, \"heads\": 4 }\n}\n", "job.json", [.. planned, "data.source=[a.md, 'b c']", "name=x"], asJson: true);
        Assert.False(edited.IsFresh, edited.Text);
        Assert.Equal("b c", JsonNode.Parse(edited.Text)!["data"]!["source"]![1]!.GetValue<string>());
        Assert.Equal("x", Read.Job(edited.Text).Name);
    }

    [Fact]
    public void Yaml_that_has_to_be_json_is_written_anew()
    {
        var edited = JobEditor.Write("# why\n" + Read.Minimal, "job.yaml", planned, asJson: true);
        Assert.True(edited.IsFresh);
        Assert.Equal(2, JsonNode.Parse(edited.Text)!["train"]!["microBatch"]!.GetValue<int>());
        Assert.Equal(edited.Job, Read.Job(edited.Text));
    }

    [Theory]
    [InlineData("# head\n\n# of the file\nshared: &s { steps: 5, microBatch: 1 }\nmodel: { layers: 2, hidden: 128, heads: 4 }\ntrain: *s\n")]
    [InlineData("# head\n\n# of the file\n? model\n: { layers: 2, hidden: 128, heads: 4 }\n")]
    public void A_text_without_a_place_is_written_anew_under_its_head_comment(string text)
    {
        var edited = JobEditor.Write(text, "job.yaml", planned, asJson: false);
        Assert.True(edited.IsFresh, edited.Text);
        Assert.StartsWith("# head\n\n# of the file\nname: job\n", edited.Text, StringComparison.Ordinal);
        Assert.Equal(Read.Job(text, planned), Read.Job(edited.Text));
    }

    [Fact]
    public void A_changed_alias_leaves_its_anchor_alone()
    {
        const string Text = "model: { layers: &n 4, hidden: 64, heads: *n }\ntrain: { globalBatch: *n }\n";
        var edited = JobEditor.Write(Text, "job.yaml", ["train.globalBatch=8"], asJson: false);
        Assert.Equal("model: { layers: &n 4, hidden: 64, heads: *n }\ntrain: { globalBatch: 8 }\n", edited.Text);
    }

    [Fact]
    public void What_a_merge_key_brings_is_set_in_the_section_itself()
    {
        const string Text = "base: &b { layers: 2, hidden: 128 }\nmodel: { <<: *b, heads: 4 }\n";
        Assert.Equal("base: &b { layers: 2, hidden: 128 }\nmodel: { <<: *b, heads: 4, layers: 9 }\n", JobEditor.Write(Text, "job.yaml", ["model.layers=9"], asJson: false).Text);
    }

    [Theory]
    [InlineData("data.source=*.md")]
    [InlineData("data.source=a: b #c")]
    [InlineData("data.source=true")]
    [InlineData("data.field=\"é\\\"\\\\\t\"")]
    [InlineData("data.exclude=[{ region: EU }, { consent: 'no' }]")]
    [InlineData("model.experts={ count: 4, active: 2 }")]
    [InlineData("train.optimizer.warmup=3")]
    [InlineData("resilience.heartbeat=250ms")]
    [InlineData("model.experts=")]
    public void Every_kind_of_setting_is_in_the_text(string setting)
    {
        foreach (string text in (string[])[Read.Minimal, "{\"model\": {\"layers\": 2, \"hidden\": 128, \"heads\": 4}}", "model:\n  layers: 2\n  hidden: 128\n  heads: 4\ndata:\n  source: x\n"])
        {
            var edited = JobEditor.Write(text, "job.yaml", [setting], asJson: false);
            Assert.False(edited.IsFresh, edited.Text);
            Assert.Equal(Read.Job(text, setting), Read.Job(edited.Text));
        }
    }

    [Fact]
    public void Whatever_is_written_reads_back_as_file_and_settings_together() => Gen.Select(JobGen.Jobs, JobGen.Jobs, Gen.Bool).Sample(
        (file, other, asJson) =>
        {
            string text = JobWriter.Write(file);
            string[] settings = ["name=x", $"train.seed={other.Train.Seed}", $"checkpoint.keep={other.Checkpoint.Keep}", $"resilience.spares={other.Resilience.Spares}", "data.source=[a, 'b: c']"];
            var edited = JobEditor.Write(text, "job.yaml", settings, asJson);
            Assert.Equal(asJson, edited.IsFresh);
            Assert.Equal(Read.Job(text, settings), Read.Job(edited.Text));
        },
        iter: 200);

    [Fact]
    public void What_is_no_job_is_refused() => Assert.Throws<FormatException>(() => JobEditor.Write("model: {", "job.yaml", [], asJson: false));
}
