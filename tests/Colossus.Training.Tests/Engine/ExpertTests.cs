namespace Colossus.Training.Tests.Engine;

/// <summary>Runs of models with experts: what is told of their load, and that faults and layouts change no bit.</summary>
public sealed class ExpertTests
{
    private static readonly string[] job =
    [
        "model.layers=3", "model.experts={ count: 6, active: 2, shared: 1, ffn: 48, router: sigmoid, denseLayers: 1, biasRate: 0.001 }",
        "train.steps=12", "train.evaluateEvery=5", "train.optimizer.warmup=2", "train.products=fp32",
    ];

    [Theory]
    [InlineData("parallel.data=1")]
    [InlineData("parallel.data=2")]
    [InlineData("parallel={ data: 2, pipeline: 2, zero: 3 }")]
    [InlineData("parallel.recompute=full")]
    public void Each_step_tells_of_every_visit_of_its_tokens(string parallel)
    {
        var run = SmallRun.Train([.. job, parallel]);
        Assert.Equal(12, run.Steps.Count);
        Assert.All(run.Steps, step =>
        {
            Assert.Equal(2, step.ExpertLoads!.Count);
            Assert.All(step.ExpertLoads, layer => Assert.Equal((6, 2 * step.Tokens), (layer.Count, layer.Sum())));
        });
    }

    [Fact]
    public void Replicas_together_have_the_loads_of_one_rank()
    {
        var alone = SmallRun.Train([.. job, "train.steps=3", "parallel.data=1"]).Steps[0].ExpertLoads!;
        var together = SmallRun.Train([.. job, "train.steps=3", "parallel.data=2"]).Steps[0].ExpertLoads!;
        Assert.Equal(alone, together);
    }

    [Fact]
    public void A_dense_model_tells_of_no_loads() => Assert.All(SmallRun.Train("train.steps=2", "train.products=fp32").Steps, step => Assert.Null(step.ExpertLoads));

    [Theory]
    [InlineData("parallel={ data: 2, zero: 1 }")]
    [InlineData("parallel={ data: 2, zero: 3 }")]
    [InlineData("parallel={ pipeline: 2, recompute: full }")]
    public void A_rank_that_is_lost_changes_no_bit(string parallel)
    {
        string[] settings = [.. job, parallel];
        var undisturbed = SmallRun.Train(settings);
        using var small = new SmallJob();
        var disturbed = new SmallRun();
        small.Train(disturbed, settings, from: null, new Fault(Step: 4, Rank: 1, Delay: 30_000), new Fault(Step: 8, Rank: 0, Delay: 1000));
        Assert.Equal(undisturbed.Weights, disturbed.Weights);
    }

    [Theory]
    [InlineData("parallel={ pipeline: 2 }")]
    [InlineData("parallel={ pipeline: 2, schedule: zero-bubble }")]
    [InlineData("parallel.recompute=selective")]
    [InlineData("parallel.recompute=full")]
    public void Stages_and_what_is_computed_again_change_no_bit(string parallel) =>
        Assert.Equal(SmallRun.Train(job).Weights, SmallRun.Train([.. job, parallel]).Weights);
}
