using Colossus.Plan.Layouts;
using Colossus.Plan.Parameters;
using Colossus.Plan.Ranks;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using CsCheck;

namespace Colossus.Plan.Tests.Ranks;

public sealed class StepTrafficTests
{
    private static readonly ModelSpec model = new(4, 64, 4, 4, 16, 128, Activation.SwiGlu, 256, 32);

    [Fact]
    public void What_ranks_send_along_an_axis_is_what_they_receive() => AnyStep.Of(mostData: 4).Sample(static step =>
    {
        var programs = new RankPrograms(step.Model, step.Layout, step.Formats);
        var all = Enumerable.Range(0, step.Layout.Ranks).SelectMany(rank => StepTraffic.Of(programs.Of(rank))).ToList();
        foreach (var way in all.GroupBy(entry => (entry.Axis, entry.Kind)))
        {
            Assert.Equal(way.Sum(entry => entry.BytesSent), way.Sum(entry => entry.BytesReceived));
        }
    });

    [Fact]
    public void A_rank_alone_sends_nothing() => AnyStep.Of(mostData: 1, mostTensor: 1, mostContext: 1).Where(step => step.Layout.Pipeline == 1).Sample(static step =>
        Assert.All(StepTraffic.Of(RankProgram.For(step.Model, step.Layout, step.Formats, 0)), entry => Assert.Equal((0, 0), (entry.BytesSent, entry.BytesReceived))));

    // The volumes of ZeRO (arXiv 1910.02054, section 7), over both ranks together: each element of a buffer is read once by the other one.
    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(2, 3, 1)]
    [InlineData(3, 3, 6)]
    public void Two_replicas_reduce_gradients_and_gather_weights_as_often_as_ZeRO_says(int zero, int reductions, int gathers)
    {
        const int MicroBatches = 3;
        ParameterTable table = ParameterTable.For(model);
        long gradients = table.FlatCount * sizeof(float);
        var both = Enumerable.Range(0, 2).SelectMany(rank => StepTraffic.Of(RankProgram.For(
            model, new Layout(2, 1, 1, 1, 1, 1, zero, false, 1, 2 * MicroBatches, Recompute.None, PipelineSchedule.OneForwardOneBackward), default, rank))).ToList();
        Assert.Equal(reductions * gradients, Sent(TrafficKind.ReduceScatter));

        // ZeRO-3 gathers for each micro-batch forward and backward, but the head once and the embedding in the forward pass alone: an embedding's gradient needs no weights.
        long once = (table.Buckets[0].Range.Count + table.Buckets[^1].Range.Count) * sizeof(float) * MicroBatches;
        Assert.Equal((gathers * gradients) - (zero == 3 ? once : 0), Sent(TrafficKind.AllGather));

        long Sent(TrafficKind kind) => both.Where(entry => entry.Kind == kind).Sum(entry => entry.BytesSent);
    }

    [Fact]
    public void Stages_exchange_the_residual_stream_of_each_micro_batch_in_both_directions()
    {
        const int MicroBatches = 5;
        var layout = new Layout(1, 1, 3, 1, 1, 1, 1, false, 2, 2 * MicroBatches, Recompute.None, PipelineSchedule.OneForwardOneBackward);
        long stream = 2 * 32 * 64 * sizeof(float) * MicroBatches;
        StepTraffic[] stages = [.. Enumerable.Range(0, 3).Select(rank => StepTraffic.Of(RankProgram.For(model, layout, default, rank)).Single(entry => entry.Axis == GroupAxis.Pipeline))];
        Assert.Equal(
            [new(GroupAxis.Pipeline, TrafficKind.Message, 10, stream, stream), new(GroupAxis.Pipeline, TrafficKind.Message, 20, 2 * stream, 2 * stream), new(GroupAxis.Pipeline, TrafficKind.Message, 10, stream, stream)],
            stages);
    }
}
