using Colossus.Cli.Train;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Tests;

public sealed class LayoutChangeTests
{
    private static readonly JobSpec job = new FakeTraining().Read("job.yaml", []).Job!;

    [Fact]
    public void A_run_that_keeps_its_layout_hears_nothing() => Assert.Null(LayoutChange.Describe(job, job with { Checkpoint = new CheckpointSpec(7) }));

    [Fact]
    public void A_layout_that_keeps_the_bits_is_named_with_the_one_before() => Assert.Equal(
        "the layout was data 2, zero 1, micro-batch 4; it is now data 2, pipeline 2, zero 0, micro-batch 4, zero-bubble: the weights keep the bits that they would have got",
        LayoutChange.Describe(job, job with { Parallel = job.Parallel with { Pipeline = 2, Zero = 0, Schedule = PipelineSchedule.ZeroBubble } }));

    [Fact]
    public void A_layout_that_changes_bits_is_named_with_all_reasons() => Assert.Equal(
        "the layout was data 2, zero 1, micro-batch 4; it is now zero 3, micro-batch 2: the weights will be close, but not the same bits ("
        + "parallel.data is 1 and was 2: other ranks add up other shares of the batch; train.microBatch is 2 and was 4: a product adds up other sequences at once; "
        + "parallel.zero is 3 and was 1: gradients are summed over ranks after each micro-batch and no longer once a step)",
        LayoutChange.Describe(job, job with { Parallel = job.Parallel with { Data = 1, Zero = 3 }, Train = job.Train with { MicroBatch = 2 } }));

    [Fact]
    public void With_exact_sums_other_replicas_keep_the_bits()
    {
        JobSpec exact = job with { Train = job.Train with { Sums = GradientSums.Exact } };
        Assert.EndsWith(": the weights keep the bits that they would have got", LayoutChange.Describe(exact, exact with { Parallel = exact.Parallel with { Data = 1, Zero = 3 } }));
    }
}
