using System.Text.RegularExpressions;
using Colossus.Specs.Layouts;

namespace Colossus.Training.Tests.Engine;

/// <summary>What a layout may change of the final weights: the rows of the README's table, each tried in all number formats.</summary>
public sealed partial class LayoutTests
{
    private const string SameBits = "same bits";
    private const string Close = "close";
    private const string Interrupted = "a kill, a stop and `--resume`";
    private static readonly string[] job = ["train.steps=6", "train.globalBatch=8", "train.microBatch=2", "train.optimizer.warmup=2", "model.layers=3"];

    private static readonly string[] mixture = ["model.experts.count=4", "model.experts.active=2", "model.experts.shared=1", "model.experts.ffn=64"];

    private static readonly Row[] rows =
    [
        new("`zero` 0 ↔ 1", SameBits, ["parallel.data=2", "parallel.zero=1"], ["parallel.data=2", "parallel.zero=0"]),
        new("`zero` 2 ↔ 3", SameBits, ["parallel.data=2", "parallel.zero=2"], ["parallel.data=2", "parallel.zero=3"]),
        new(
            "`zero` 0 … 3 with one micro-batch a step",
            SameBits,
            ["parallel.data=2", "parallel.zero=1", "train.microBatch=4"],
            ["parallel.data=2", "parallel.zero=2", "train.microBatch=4"],
            ["parallel.data=2", "parallel.zero=3", "train.microBatch=4"]),
        new(
            "`pipeline` at equal `data`",
            SameBits,
            ["parallel.pipeline=1"],
            ["parallel.pipeline=2"],
            ["parallel.pipeline=4"]),
        new("`schedule`", SameBits, ["parallel.pipeline=2"], ["parallel.pipeline=2", "parallel.schedule=gpipe"], ["parallel.pipeline=2", "parallel.schedule=zero-bubble"]),
        new("`virtualStages`", SameBits, ["parallel.pipeline=2"], ["parallel.pipeline=2", "parallel.virtualStages=2"]),
        new("`recompute`", SameBits, ["parallel.pipeline=2"], ["parallel.pipeline=2", "parallel.recompute=selective"], ["parallel.pipeline=2", "parallel.recompute=full"]),
        new(
            "`zero` 0, 1 ↔ 2, 3 with more micro-batches a step",
            Close,
            ["parallel.data=2", "parallel.zero=1"],
            ["parallel.data=2", "parallel.zero=2"],
            ["parallel.data=2", "parallel.pipeline=2", "parallel.zero=3"]),
        new("other numbers of `data` ranks", Close, ["parallel.data=1"], ["parallel.data=2"], ["parallel.data=4"], ["parallel.data=2", "parallel.zero=3"]),
        new(
            "`tensor`",
            Close,
            ["parallel.tensor=1"],
            ["parallel.tensor=2"],
            ["parallel.tensor=4", "parallel.sequenceParallel=false"],
            ["parallel.tensor=2", "parallel.pipeline=2", "parallel.zero=3"],
            ["parallel.tensor=2", "parallel.data=2", "parallel.zero=0"]),
        new(
            "`context`",
            Close,
            ["parallel.context=1"],
            ["parallel.context=2"],
            ["parallel.context=2", "parallel.pipeline=2", "parallel.zero=3"],
            ["parallel.context=2", "parallel.tensor=2"]),
        new(
            "`expert`",
            Close,
            ["parallel.data=2", .. mixture],
            ["parallel.data=2", "parallel.expert=2", .. mixture],
            ["parallel.tensor=2", "parallel.expert=2", .. mixture],
            ["parallel.data=2", "parallel.expert=2", "parallel.pipeline=2", "parallel.zero=3", .. mixture]),
        new("`sequenceParallel`", Close, ["parallel.tensor=2"], ["parallel.tensor=2", "parallel.sequenceParallel=false"]),
        new(
            "`pipeline`, `schedule`, `recompute` and `zero` 0 ↔ 1 at equal `tensor`",
            SameBits,
            ["parallel.tensor=2"],
            ["parallel.tensor=2", "parallel.pipeline=2"],
            ["parallel.tensor=2", "parallel.pipeline=2", "parallel.schedule=zero-bubble", "parallel.zero=0"],
            ["parallel.tensor=2", "parallel.recompute=selective"],
            ["parallel.tensor=2", "parallel.recompute=full"]),
        new(
            "the same at equal `context`",
            SameBits,
            ["parallel.context=2"],
            ["parallel.context=2", "parallel.pipeline=2", "parallel.zero=0"],
            ["parallel.context=2", "parallel.recompute=selective"],
            ["parallel.context=2", "parallel.recompute=full"]),
        new(
            "the same at equal `expert`",
            SameBits,
            ["parallel.data=2", "parallel.expert=2", .. mixture],
            ["parallel.data=2", "parallel.expert=2", "parallel.pipeline=2", "parallel.zero=0", .. mixture],
            ["parallel.data=2", "parallel.expert=2", "parallel.recompute=full", .. mixture]),
        new(
            "`zero` and other numbers of `data` ranks with `train.sums: exact`",
            SameBits,
            ["parallel.data=1", "train.sums=exact"],
            ["parallel.data=1", "train.sums=exact", "parallel.pipeline=2", "parallel.zero=0"],
            ["parallel.data=2", "train.sums=exact", "parallel.zero=0"],
            ["parallel.data=2", "train.sums=exact", "parallel.zero=2"],
            ["parallel.data=2", "train.sums=exact", "parallel.zero=3", "parallel.pipeline=2"],
            ["parallel.data=4", "train.sums=exact", "parallel.zero=1"]),
        new(
            "the same at equal `tensor` and `context`",
            SameBits,
            ["parallel.tensor=2", "parallel.context=2", "train.sums=exact"],
            ["parallel.tensor=2", "parallel.context=2", "train.sums=exact", "parallel.data=2", "parallel.zero=0"],
            ["parallel.tensor=2", "parallel.context=2", "train.sums=exact", "parallel.data=2", "parallel.zero=3"]),
        new(
            "other numbers of `data` ranks that share experts, with `train.sums: exact` too",
            Close,
            ["parallel.data=2", "parallel.expert=2", "train.sums=exact", .. mixture],
            ["parallel.data=4", "parallel.expert=2", "train.sums=exact", .. mixture]),
        new("`microBatch`", Close, ["parallel.data=2"], ["parallel.data=2", "train.microBatch=4"], ["parallel.data=2", "train.microBatch=1"]),
    ];

    public static TheoryData<string> Formats() =>
    [
        "fp32",
        "bf16 train.products=bf16 model.tiedHead=true",
        "bf16 train.products=fp32",
        "autocast train.products=bf16 model.tiedHead=true",
        "autocast train.products=fp32 model.tiedHead=true",
    ];

    public static MatrixTheoryData<string, string> RowsAndFormats() => new(rows.Select(row => row.Change), Formats().Select(format => format.Data));

    [Theory]
    [MemberData(nameof(RowsAndFormats))]
    public void What_the_README_says_of_a_change_holds(string change, string format)
    {
        Row row = rows.Single(row => row.Change == change);
        using var small = new SmallJob();
        SmallRun expected = Train(small, row.From, format);
        Assert.All(row.To, to =>
        {
            SmallRun run = Train(small, to, format);
            var reasons = LayoutBits.Changes(LayoutOf(small, row.From), LayoutOf(small, to), small.Read([.. job, .. to]).Train.Sums);
            if (row.Promise == SameBits)
            {
                Assert.Empty(reasons);
                Assert.Equal(expected.Weights, run.Weights);
            }
            else
            {
                Assert.NotEmpty(reasons);
                AssertClose(expected, run, format);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_kill_a_stop_and_resume_change_no_bits(string layout)
    {
        string[] settings = [.. job, .. layout.Split(' ')];
        using var small = new SmallJob();
        var undisturbed = new SmallRun();
        small.Train(undisturbed, settings);

        var killed = new SmallRun();
        small.Train(killed, settings, from: null, new Fault(2, Rank: 1, Delay: 1000), new Fault(4, Rank: 0, Delay: 100_000));
        Assert.Equal(undisturbed.Weights, killed.Weights);
        Assert.Equal([1, 2, 3, 4, 5, 6], killed.Steps.Select(step => step.Step));

        var stopped = new SmallRun { StopAfter = 2 };
        string checkpoints = small.Checkpoints;
        small.Train(stopped, settings);
        Assert.True(stopped.Result!.Stopped);
        var resumed = new SmallRun();
        small.Train(resumed, settings, Path.Combine(checkpoints, CheckpointName(stopped.Result.Step)));
        Assert.Equal(undisturbed.Weights, resumed.Weights);
        Assert.Equal([.. Enumerable.Range((int)stopped.Result.Step + 1, 6 - (int)stopped.Result.Step)], resumed.Steps.Select(step => (int)step.Step));
    }

    public static TheoryData<string> Layouts() =>
    [
        "parallel.data=2 parallel.zero=0",
        "parallel.data=2 parallel.zero=1",
        "parallel.data=2 parallel.zero=2",
        "parallel.data=2 parallel.zero=3",
        "parallel.pipeline=2 parallel.schedule=gpipe",
        "parallel.pipeline=2 parallel.schedule=1f1b",
        "parallel.pipeline=2 parallel.virtualStages=2",
        "parallel.pipeline=2 parallel.schedule=zero-bubble",
        "parallel.data=2 parallel.pipeline=2 parallel.zero=3 model.tiedHead=true train.precision=bf16",
        "parallel.tensor=2",
        "parallel.tensor=2 parallel.sequenceParallel=false parallel.zero=3 parallel.data=2",
        "parallel.tensor=2 parallel.pipeline=2 model.tiedHead=true train.precision=bf16",
        "parallel.context=2",
        "parallel.data=2 parallel.expert=2 parallel.zero=2 model.experts.count=4 model.experts.active=2",
        "parallel.context=2 parallel.zero=2 parallel.recompute=full",
        "train.sums=exact parallel.data=2 parallel.zero=2 train.precision=bf16",
    ];

    [Fact]
    public void Every_row_of_the_README_is_tested()
    {
        string readme = File.ReadAllText(Path.Combine(Root(), "README.md"));
        var promised = TableRow().Matches(readme[readme.IndexOf("## Which layouts give the same bits", StringComparison.Ordinal)..])
            .Select(match => (match.Groups["change"].Value, match.Groups["promise"].Value));
        Assert.Equal(rows.Select(row => (row.Change, row.Promise)).Prepend((Interrupted, SameBits)).Order(), promised.Order());
    }

    private static SmallRun Train(SmallJob small, string[] settings, string format)
    {
        var run = new SmallRun();
        small.Train(run, [.. job, .. settings, .. $"train.precision={format}".Split(' ')]);
        return run;
    }

    private static Layout LayoutOf(SmallJob small, string[] settings)
    {
        var spec = small.Read([.. job, .. settings]);
        return Layout.From(spec.Parallel, spec.Train.MicroBatch, spec.Train.GlobalBatch);
    }

    // The README states these tolerances; what is learned in six steps is far above them.
    private static void AssertClose(SmallRun expected, SmallRun run, string format)
    {
        double tolerance = format == "fp32" ? 1e-5 : 1e-2;
        Assert.True(expected.Steps[0].Loss - expected.Steps[^1].Loss > 20 * tolerance, "the model learned too little to tell layouts apart");
        Assert.All(expected.Steps.Zip(run.Steps), pair =>
            Assert.True(Math.Abs(pair.First.Loss - pair.Second.Loss) <= tolerance * pair.First.Loss, $"step {pair.First.Step}: loss {pair.First.Loss:R} and {pair.Second.Loss:R}"));
    }

    private static string CheckpointName(long step) => $"step-{step:D6}";

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Colossus.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no repository above the tests");
        }

        return folder;
    }

    [GeneratedRegex(@"^\| (?<change>[^|]+) \| (?<promise>same bits|close) \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    /// <summary>A row of the README's table.</summary>
    /// <param name="Change">What changes, in the README's words.</param>
    /// <param name="Promise">What it says of the weights.</param>
    /// <param name="From">Settings of a layout.</param>
    /// <param name="To">Settings of layouts to which it changes.</param>
    private sealed record Row(string Change, string Promise, string[] From, params string[][] To);
}
