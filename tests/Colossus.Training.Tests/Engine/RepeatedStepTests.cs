using Colossus.Plan.Traces;

namespace Colossus.Training.Tests.Engine;

/// <summary>Exact sums whose usual unit does not fit the gradients: the passes of a step run twice, and nothing else tells of it.</summary>
public sealed class RepeatedStepTests
{
    private const int Steps = 4;
    private const int MicroBatches = 4;

    // Gradients are larger by the factor on logits, beyond what sums have room for in the usual unit; or so small that little would be left of them.
    private static readonly string[] job = [$"train.steps={Steps}", "train.sums=exact", "train.globalBatch=8", "train.microBatch=2", "train.precision=fp32", "train.optimizer.warmup=2", "checkpoint.every=2"];

    [Theory]
    [InlineData("model.logitScale=1e5")]
    [InlineData("model.logitScale=1e-12")]
    public void Passes_run_twice_and_every_layout_has_the_same_bits(string scale)
    {
        using var small = new SmallJob();
        SmallRun expected = Train(small, scale, "parallel.data=1");
        foreach (string layout in (string[])["parallel.data=2 parallel.zero=0", "parallel.data=2 parallel.zero=1", "parallel.data=4 parallel.zero=2", "parallel.data=2 parallel.pipeline=2 parallel.zero=3"])
        {
            SmallRun run = Train(small, scale, layout);
            Assert.Equal(expected.Weights, run.Weights);
            Assert.Equal(expected.Steps.Select(step => (step.Loss, step.GradientNorm)), run.Steps.Select(step => (step.Loss, step.GradientNorm)));
        }

        Assert.Equal(2 * MicroBatches, ForwardPasses(expected, 1));
        Assert.All(expected.Steps, step => Assert.Null(step.SkipReason));
        Assert.All(expected.Steps, step => Assert.True(step.GradientNorm > 0));
    }

    [Fact]
    public void A_usual_step_runs_its_passes_once()
    {
        using var small = new SmallJob();
        Assert.Equal(MicroBatches, ForwardPasses(Train(small, "parallel.data=1"), 1));
    }

    [Fact]
    public void Checkpoints_are_written_when_they_are_due_and_kills_change_no_bits()
    {
        using var small = new SmallJob();
        string[] settings = ["model.logitScale=1e5", "parallel.data=2 parallel.zero=2"];
        SmallRun undisturbed = Train(small, settings);
        Assert.Equal([2, 4], undisturbed.Saved);

        var killed = new SmallRun();
        small.Train(killed, Settings(settings), from: null, new Fault(1, Rank: 1, Delay: 1000), new Fault(2, Rank: 0, Delay: 100_000));
        Assert.Equal(undisturbed.Weights, killed.Weights);
        Assert.Equal([1, 2, 3, 4], killed.Steps.Select(step => step.Step));
    }

    private static int ForwardPasses(SmallRun run, long step) => run.Spans.Count(span => span.Kind == SpanKind.Forward && span.Step == step && span.Rank == 0);

    private static SmallRun Train(SmallJob small, params string[] settings)
    {
        var run = new SmallRun();
        small.Train(run, Settings(settings));
        return run;
    }

    private static string[] Settings(string[] settings) => [.. job, .. settings.SelectMany(setting => setting.Split(' '))];
}
