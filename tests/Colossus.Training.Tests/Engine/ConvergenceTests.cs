using Colossus.Training.Engine;

namespace Colossus.Training.Tests.Engine;

public sealed class ConvergenceTests
{
    // The four differ in the rounding of each step; after 300 steps their losses may differ by so much, relative to fp32.
    private const double Tolerance = 0.02;

    [Theory]
    [InlineData("bf16", "bf16")]
    [InlineData("bf16", "fp32")]
    [InlineData("autocast", "bf16")]
    public void Reduced_precision_learns_as_well_as_fp32_over_300_steps(string precision, string products)
    {
        double reference = SmallRun.Train("train.precision=fp32", "train.products=fp32").LastLoss(20);
        double reduced = SmallRun.Train($"train.precision={precision}", $"train.products={products}").LastLoss(20);
        Assert.InRange(reference, 0.1, 1.0); // it has learnt something: 5.5 at the start
        Assert.Equal(reference, reduced, Tolerance * reference);
    }

    [Fact]
    public void Two_runs_give_the_same_weights_to_the_last_bit() => Assert.Equal(
        SmallRun.Train("train.steps=20", "train.products=fp32").Result!.WeightsSha256,
        SmallRun.Train("train.steps=20", "train.products=fp32").Result!.WeightsSha256);

    [Fact]
    public void Without_text_held_out_a_run_trains_and_is_not_evaluated()
    {
        var run = SmallRun.Train("train.steps=2", "train.evaluateEvery=1", "train.products=fp32", "data.holdout=0");
        Assert.Equal(2, run.Steps.Count);
        Assert.Null(run.Result!.BitsPerByte);
        Assert.Empty(run.Evaluations);
    }

    [Fact]
    public void Another_seed_gives_other_weights() => Assert.NotEqual(
        SmallRun.Train("train.steps=3", "train.products=fp32").Result!.WeightsSha256,
        SmallRun.Train("train.steps=3", "train.products=fp32", "train.seed=2").Result!.WeightsSha256);

    [Fact]
    public void Weights_that_overflow_are_skipped_and_after_five_steps_the_run_stops_with_the_reason()
    {
        // Decay of a hundred times the weights makes them grow 99-fold a step, until they are no numbers any more.
        var error = Assert.Throws<TrainingFailedException>(() => SmallRun.Train(
            "train.steps=60",
            "train.precision=fp32",
            "train.optimizer.learningRate=10",
            "train.optimizer.weightDecay=10",
            "train.optimizer.warmup=0",
            "train.optimizer.clip=0",
            "train.optimizer.schedule=constant"));
        Assert.Equal("nonFinite", error.Code);
        Assert.Contains("5 steps in a row", error.Message, StringComparison.Ordinal);
    }
}
