using Colossus.Specs.Diagnostics;
using Colossus.Specs.Jobs;
using Colossus.Specs.Sites;
using Colossus.Specs.Units;
using Colossus.Specs.Yaml;
using Colossus.Testing;
using CsCheck;

namespace Colossus.Specs.Tests.Fuzz;

/// <summary>Damaged files never make a reader throw, and every mistake is shown inside the text.</summary>
public sealed class ReaderFuzzTests
{
    private static readonly string[] jobs =
    [
        .. Directory.GetFiles(Path.Combine(Repository.Root, "samples"), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText),
        "base: &b { layers: &n 4, hidden: 64 }\nmodel: { <<: [*b], heads: *n }\ntrain: { steps: 10, optimizer: { warmup: 1 } }\n",
        "{\"model\": {\"preset\": \"llama3-8b\"}, \"train\": {\"globalBatch\": 256}, \"data\": {\"source\": [\"a\", \"b\"], \"exclude\": [{\"region\": \"EU\"}]}}",
        "model:\r\n  layers: 2\r\n  hidden: 128\r\n  heads: 4\r\nresilience:\r\n  heartbeat: 0.5s\r\nworkload:\r\n  command: [python3, \"a\\tb\"]\r\n",
    ];

    private static readonly string[] sites = ["name: a\npools:\n  - accelerator: h100-sxm\n    nodes: 4\n    gpusPerNode: 8\nfabric: { kind: ib, nicGbpsPerGpu: 400, tiers: 3 }\nreliability: { repair: 2d }\n"];

    private static readonly string[] pieces =
    [
        ":", ": ", "-", "- ", "[", "]", "{", "}", ",", "&a ", "*a", "*b", "<<: ", "!!str ", "|\n", ">\n", "'", "\"", "#", " #", "%", "@", "`", "?", "? ", "\n", "\r", "\t", "\u0085", "\u2028",
        "---\n", "...\n", "\0", "\\", "\\u", "~", "null", "true", "1e999", "-1", "0", "3000000000", "99999999999999999999999999", "0.5", "nan", "inf", "1_0", "\ud800", "\U0001F600", "é", "\ufeff",
    ];

    [Fact]
    public void A_damaged_job_is_read_or_refused_at_places_inside_it() => Mutation.Of(jobs, pieces).Sample(
        static text => CheckPlaces(text, JobReader.Parse(text, "job.yaml", [], toTrain: true).Mistakes),
        iter: Effort.Times(6000, 600_000));

    [Fact]
    public void Damaged_bytes_are_read_or_refused_at_places_inside_them() => Gen.Select(Mutation.Of(jobs, pieces), Gen.Byte.Array[0, 3], Gen.Double[0, 1]).Sample(
        static (text, damage, where) =>
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
            int at = (int)(where * bytes.Length);
            string decoded = YamlText.Decode([.. bytes[..at], .. damage, .. bytes[at..]]);
            CheckPlaces(decoded, JobReader.Parse(decoded, "job.yaml", [], toTrain: false).Mistakes);
        },
        iter: Effort.Times(2000, 200_000));

    [Fact]
    public void A_damaged_site_is_read_or_refused_at_places_inside_it() => Mutation.Of(sites, pieces).Sample(
        static text => CheckPlaces(text, SiteReader.Parse(text, "site.yaml").Mistakes),
        iter: Effort.Times(2000, 200_000));

    [Fact]
    public void A_damaged_setting_is_taken_or_refused() => Mutation.Of(["train.steps=10", "data.source=[a.md, 'b c']", "model.experts={ count: 8, active: 2 }", "train.optimizer.warmup=5"], pieces).Sample(
        static setting =>
        {
            foreach (var mistake in JobReader.Parse(jobs[^1], "job.yaml", [setting], toTrain: false).Mistakes)
            {
                Assert.NotEmpty(mistake.ToString());
            }
        },
        iter: Effort.Times(3000, 300_000));

    [Fact]
    public void What_is_edited_reads_back_or_was_no_job() => Mutation.Of(jobs, pieces).Sample(
        static text =>
        {
            string[] settings = ["train.seed=7", "parallel.zero=0", "data.field=x"];
            if (JobReader.Parse(text, "job.yaml", settings, toTrain: false).Job is { } job)
            {
                Assert.Equal(job, JobReader.Parse(JobEditor.Write(text, "job.yaml", settings, asJson: false).Text, "job.yaml", [], toTrain: false).Job);
            }
        },
        iter: Effort.Times(3000, 300_000));

    [Fact]
    public void A_damaged_quantity_is_read_or_refused() => Mutation.Of(["80 GiB", "400 Gb/s", "1e-3 s", "989 TFLOP/s", "700 W", "15 T", "9007199254740993"], pieces).Sample(
        static text =>
        {
            _ = Bytes.TryParse(text, out _);
            _ = Bandwidth.TryParse(text, out _);
            _ = FlopRate.TryParse(text, out _);
            _ = Flops.TryParse(text, out _);
            _ = Joules.TryParse(text, out _);
            _ = Seconds.TryParse(text, out _);
            _ = TokenCount.TryParse(text, out _);
            _ = Watts.TryParse(text, out _);
        },
        iter: Effort.Times(20_000, 2_000_000));

    private static void CheckPlaces(string text, IReadOnlyList<Diagnostic> mistakes)
    {
        string[] lines = text.Split(["\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"], StringSplitOptions.None);
        foreach (var mistake in mistakes)
        {
            Assert.InRange(mistake.Place.Line, 1, lines.Length);
            Assert.InRange(mistake.Place.Column, 1, lines[mistake.Place.Line - 1].Length + 1);
            Assert.InRange(mistake.Place.Length, 1, Math.Max(1, lines[mistake.Place.Line - 1].Length + 2 - mistake.Place.Column));
            Assert.NotEmpty(mistake.ToString());
        }
    }
}
