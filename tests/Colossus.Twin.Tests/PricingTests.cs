using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;
using Colossus.Twin.Estimates;
using Colossus.Twin.Pricing;
using CsCheck;

namespace Colossus.Twin.Tests;

public sealed class PricingTests
{
    private static readonly ModelShape llama = ModelShapeCatalogue.Find("llama3-70b")!;
    private static readonly AcceleratorSpec h100 = AcceleratorCatalogue.Find("h100-sxm")!;
    private static readonly TrainingSetup setup = new(MatrixFormat.Bf16, FlashAttention: true, SoftwareStack.Fused);

    private static readonly Gen<Layout> layout =
        from tensor in AnyOf(1, 2, 4, 8)
        from pipeline in AnyOf(1, 2, 4, 8)
        from virtualStages in AnyOf(1, 2, 5)
        from data in AnyOf(1, 2, 16)
        from recompute in Gen.Enum<Recompute>()
        from sequence in Gen.Bool
        select new Layout(
            data, tensor, pipeline, pipeline > 1 ? virtualStages : 1, 1, 1, 1, sequence && tensor > 1, 1, 64, recompute,
            pipeline > 1 && virtualStages > 1 ? PipelineSchedule.Interleaved : PipelineSchedule.OneForwardOneBackward);

    [Fact]
    public void No_part_of_a_step_is_negative() => layout.Sample(static layout =>
    {
        StepPrice price = StepEstimator.Price(llama, Machine(h100, 50e9), setup, layout, TwinParameters.Shipped);
        double[] parts = [price.Compute, price.Tensor, price.Pipeline, price.Data, price.Expert, price.Context, price.Bubble, price.Optimizer, price.Other];
        Assert.All(parts, static part => Assert.True(part >= -1e-9));
    });

    [Fact]
    public void Without_a_pipeline_a_step_is_its_passes_and_what_follows_them() => layout.Where(static layout => layout.Pipeline == 1).Sample(static layout =>
    {
        StepPrice price = StepEstimator.Price(llama, Machine(h100, 50e9), setup, layout, TwinParameters.Shipped);
        double micro = (llama.Layers * (price.LayerForward + price.LayerBackward)) + (2 * price.EmbeddingForward) + price.HeadForward + price.HeadBackward;
        double expected = (layout.MicroBatches * micro) + price.Data + price.Optimizer + price.Other;
        Assert.Equal(expected, price.Total, 1e-9 * expected);
    });

    [Fact]
    public void More_bandwidth_is_never_slower() => layout.Sample(static layout =>
    {
        double slow = StepEstimator.Price(llama, Machine(h100, 25e9), setup, layout, TwinParameters.Shipped).Total;
        double fast = StepEstimator.Price(llama, Machine(h100, 50e9), setup, layout, TwinParameters.Shipped).Total;
        double wide = StepEstimator.Price(llama, Machine(h100 with { MemoryBandwidth = 4.8e12 }, 50e9), setup, layout, TwinParameters.Shipped).Total;
        Assert.True(fast <= slow * (1 + 1e-9));
        Assert.True(wide <= fast * (1 + 1e-9));
    });

    [Fact]
    public void The_closed_form_stays_close_to_the_timeline() => layout.Sample(static layout =>
    {
        var pricer = new StepPricer(llama, Machine(h100, 50e9), setup, TwinParameters.Shipped);
        pricer.Price(layout, out StepPrice closed);
        double timeline = StepEstimator.Price(llama, Machine(h100, 50e9), setup, layout, TwinParameters.Shipped).Total;
        Assert.InRange(closed.Total / timeline, 0.90, 1.06);
    });

    [Fact]
    public void Pricing_allocates_nothing()
    {
        var pricer = new StepPricer(llama, Machine(h100, 50e9), setup, TwinParameters.Shipped);
        Layout layout = new(2, 4, 8, 5, 1, 1, 1, true, 1, 64, Recompute.None, PipelineSchedule.Interleaved);

        // The runtime itself allocates a little while it compiles the loop again; a pricer that allocates would do so in every round.
        long least = Enumerable.Range(0, 5).Min(_ => AllocatedBy(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                pricer.Price(layout with { MicroBatch = 1 + (i % 2) }, out StepPrice _);
            }
        }));
        Assert.Equal(0, least);
    }

    private static long AllocatedBy(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void A_layout_that_does_not_divide_is_an_answer_and_no_exception()
    {
        Layout layout = new(3, 7, 5, 1, 1, 2, 9, true, 1, 64, Recompute.None, PipelineSchedule.OneForwardOneBackward);
        StepEstimate estimate = Estimator.Estimate(llama, Machine(h100, 50e9), setup, layout, TwinParameters.Shipped, TwinSpread.Shipped);
        Assert.False(estimate.Fits);
        Assert.Contains(estimate.Problems, static problem => problem.Contains("parallel.tensor is 7, but model.heads (64) is not divisible by it", StringComparison.Ordinal));
        Assert.Contains(estimate.Problems, static problem => problem.Contains("parallel.zero is 9; use 0, 1, 2 or 3", StringComparison.Ordinal));
    }

    [Fact]
    public void A_layout_that_does_not_fit_says_what_would()
    {
        Layout layout = new(8, 1, 1, 1, 1, 1, 1, false, 1, 64, Recompute.None, PipelineSchedule.OneForwardOneBackward);
        StepEstimate estimate = Estimator.Estimate(llama, Machine(h100, 50e9), setup, layout, TwinParameters.Shipped, TwinSpread.Shipped);
        Assert.Empty(estimate.Problems);
        Assert.False(estimate.Fits);
        Assert.Contains("GB of", estimate.Advice, StringComparison.Ordinal);
    }

    private static Machine Machine(AcceleratorSpec accelerator, double network) => new(accelerator, 8, network);

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
