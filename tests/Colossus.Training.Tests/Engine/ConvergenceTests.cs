using Colossus.Checkpoints;
using Colossus.Training.Engine;

namespace Colossus.Training.Tests.Engine;

public sealed class ConvergenceTests
{
    // The four differ in the rounding of each step; after 300 steps their losses may differ by so much, relative to fp32.
    private const double Tolerance = 0.02;

    // Decay of a hundred times the weights makes them grow 99-fold a step, until they are no numbers any more.
    private static readonly string[] Overflow =
    [
        "train.precision=fp32",
        "train.optimizer.learningRate=10",
        "train.optimizer.weightDecay=10",
        "train.optimizer.warmup=0",
        "train.optimizer.clip=0",
        "train.optimizer.schedule=constant",
    ];

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

    [Theory]
    [InlineData("grok-1")]
    [InlineData("llama3.1-8b")]
    [InlineData("gpt3-175b")]
    [InlineData("nemotron4-15b")]
    [InlineData("qwen3-30b-a3b")]
    public void A_preset_that_is_shrunk_and_dense_learns(string preset)
    {
        var run = SmallRun.Train(
            $"model.preset={preset}", "model.layers=2", "model.hidden=64", "model.heads=4", "model.kvHeads=2", "model.ffn=128", "model.vocab=256", "model.sequence=64",
            "model.experts=", "train.steps=60", "train.products=fp32", "train.optimizer.warmup=5");
        AssertLearned(run);
    }

    [Theory]
    [InlineData("grok-1")]
    [InlineData("grok-nano")]
    [InlineData("mixtral-8x7b")]
    [InlineData("qwen3-30b-a3b")]
    public void A_preset_with_experts_that_is_shrunk_learns(string preset)
    {
        var run = SmallRun.Train(
            $"model.preset={preset}", "model.layers=2", "model.hidden=64", "model.heads=4", "model.kvHeads=2", "model.ffn=64", "model.vocab=256", "model.sequence=64",
            "train.steps=60", "train.products=fp32", "train.optimizer.warmup=5");
        AssertLearned(run);
    }

    [Fact]
    public void DeepSeek_V3_shrunk_learns_with_its_latent_attention() => AssertLearned(SmallRun.Train(
        "model.preset=deepseek-v3", "model.layers=2", "model.hidden=64", "model.heads=4", "model.kvHeads=4", "model.ffn=64", "model.vocab=256", "model.sequence=64",
        "model.latent.queryRank=32", "model.latent.keyValueRank=24", "model.latent.rotaryWidth=8", "model.latent.plainWidth=16", "model.latent.valueWidth=16",
        "train.steps=60", "train.products=fp32", "train.optimizer.warmup=5"));

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

    [Theory]
    [InlineData(60, false)]
    [InlineData(5, true)] // ends among the steps that are skipped
    public void No_checkpoint_is_written_of_weights_that_overflow_and_the_last_good_ones_stay(int steps, bool reachesTheEnd)
    {
        SmallRun? seen = null;
        List<(long Step, bool Finite)> kept = [];
        try
        {
            SmallRun.Train(
                (run, folder) =>
                {
                    seen = run;
                    kept = [.. CheckpointReader.List(folder).Select(checkpoint => (checkpoint.Step, IsFinite(checkpoint.Path)))];
                },
                [$"train.steps={steps}", .. Overflow, "checkpoint.every=1", "checkpoint.keep=2"]);
        }
        catch (TrainingFailedException error)
        {
            Assert.Equal("nonFinite", error.Code);
        }

        long[] skipped = [.. seen!.Steps.Where(step => step.SkipReason is not null).Select(step => step.Step)];
        Assert.NotEmpty(seen.Postponed);
        Assert.Equal(2, kept.Count);
        Assert.All(kept, checkpoint => Assert.True(checkpoint.Finite && !skipped.Contains(checkpoint.Step), $"step {checkpoint.Step}; skipped are {string.Join(", ", skipped)}"));
        Assert.Equal(seen.Saved.TakeLast(2), kept.Select(checkpoint => checkpoint.Step));
        Assert.Empty(seen.Postponed.Select(postponed => postponed.Step).Intersect(seen.Saved));
        Assert.True(reachesTheEnd == seen.Result is not null, $"skipped are {string.Join(", ", skipped)}");
        if (seen.Result is { } result)
        {
            Assert.Contains("train.optimizer.learningRate", result.Unsaved, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Weights_that_a_sound_step_made_infinite_are_not_written_either()
    {
        // In float such a rate is infinite; loss and gradient of the step are not.
        var run = SmallRun.Train((_, folder) => Assert.Empty(Directory.GetDirectories(folder)), "train.steps=1", "train.products=fp32", "train.optimizer.learningRate=1e39", "train.optimizer.warmup=0");
        Assert.Null(Assert.Single(run.Steps).SkipReason);
        Assert.Contains("holds values that are not finite", Assert.Single(run.Postponed).Reason, StringComparison.Ordinal);
        Assert.Contains("not finite", run.Result!.Unsaved, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_overflow_are_skipped_and_after_five_steps_the_run_stops_with_the_reason()
    {
        var error = Assert.Throws<TrainingFailedException>(() => SmallRun.Train(["train.steps=60", .. Overflow]));
        Assert.Equal("nonFinite", error.Code);
        Assert.Contains("5 steps in a row", error.Message, StringComparison.Ordinal);
    }

    private static bool IsFinite(string checkpoint)
    {
        using var reader = CheckpointReader.Open(checkpoint);
        return reader.Manifest.Tensors.All(tensor =>
        {
            float[] values = new float[tensor.Shape.Aggregate(1L, (product, size) => product * size)];
            reader.ReadInto(tensor.Name, 0, tensor.Shape[0], values);
            return values.All(float.IsFinite);
        });
    }

    private static void AssertLearned(SmallRun run)
    {
        Assert.InRange(run.Steps[0].Loss, 5, 6); // of 256 bytes each is as likely: ln 256 = 5.55
        Assert.InRange(run.LastLoss(5), 0.1, 3);
    }
}
