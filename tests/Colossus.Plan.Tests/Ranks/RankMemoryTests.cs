using Colossus.Plan.Layouts;
using Colossus.Plan.Lowering;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Plan.Ranks;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using CsCheck;

namespace Colossus.Plan.Tests.Ranks;

public sealed class RankMemoryTests
{
    private static readonly ModelSpec model = new(4, 128, 4, 4, 32, 256, Activation.SwiGlu, 256, 32);
    private static readonly NumberFormats autocast = new(false, true, false);
    private static readonly NumberFormats bf16 = new(true, true, true);

    [Fact]
    public void Parts_of_a_region_follow_each_other_in_whole_lines() => AnyStep.Of(mostData: 4).Sample(static step =>
    {
        RankMemory memory = RankMemory.Of(RankProgram.For(step.Model, step.Layout, step.Formats, step.Layout.Ranks - 1));
        long end = 0;
        foreach (MemorySpan part in (MemorySpan[])[memory.Header, memory.Gradients, memory.Sums, memory.Integers, memory.Exchange, memory.Copies, memory.Weights, memory.Matrices, memory.State])
        {
            Assert.Equal(end, part.Offset);
            Assert.Equal(0, part.Bytes % AreaBuilder.Alignment);
            end = part.End;
        }

        Assert.Equal(end, memory.RegionBytes);
    });

    [Fact]
    public void What_ranks_with_the_same_weights_read_from_each_other_lies_alike_on_all_of_them() => AnyStep.Of(mostData: 4).Sample(static step =>
    {
        var programs = new RankPrograms(step.Model, step.Layout, step.Formats);
        RankMemory expected = RankMemory.Of(programs.Of(0));
        foreach (int rank in new RankGrid(step.Layout).Group(0, GroupAxis.Data))
        {
            RankMemory memory = RankMemory.Of(programs.Of(rank));
            Assert.Equal((expected.Gradients, expected.Sums, expected.Integers, expected.Exchange, expected.Weights.Offset), (memory.Gradients, memory.Sums, memory.Integers, memory.Exchange, memory.Weights.Offset));
            Assert.True(step.Layout.Zero == 3 || (expected.Weights, expected.Matrices) == (memory.Weights, memory.Matrices), "gathered weights lie alike");
        }
    });

    [Fact]
    public void What_ranks_read_from_each_other_that_share_each_matrix_lies_alike_on_all_of_them() => AnyStep.Of(mostData: 2).Sample(static step =>
    {
        var programs = new RankPrograms(step.Model, step.Layout, step.Formats);
        RankMemory expected = RankMemory.Of(programs.Of(step.Layout.Ranks - 1));
        var grid = new RankGrid(step.Layout);
        int last = step.Layout.Ranks - 1;
        Assert.All(grid.Group(last, GroupAxis.Context), rank => Assert.Equal(expected.Exchange, RankMemory.Of(programs.Of(rank)).Exchange));
        Assert.All(grid.Group(last, GroupAxis.Tensor), rank =>
        {
            RankMemory memory = RankMemory.Of(programs.Of(rank));
            Assert.Equal((expected.Exchange, expected.Copies), (memory.Exchange, memory.Copies));
        });
    });

    // Bytes an element of weights, gradients and state (master weights and two moments, twice) before anything is shared: the accounting of arXiv 1910.02054, section 3.1.
    [Theory]
    [InlineData(0, 4, 0, 0, 4, 24)]
    [InlineData(1, 4, 0, 0, 4, 12)]
    [InlineData(2, 0, 0, 2, 4, 12)]
    [InlineData(3, 0, 0, 2, 2, 12)]
    public void Two_replicas_hold_what_ZeRO_shares_by_halves(int zero, int gradients, int sums, int slices, int weights, int state)
    {
        ParameterTable table = ParameterTable.For(model);
        for (int rank = 0; rank < 2; rank++)
        {
            RankMemory memory = Of(zero, default, rank);

            // Slices are cut at 4,096 elements: of each bucket a rank may have half a block more or less.
            double rounding = table.Buckets.Count * ParameterTable.SliceBlock;
            AssertClose(gradients, memory.Gradients.Bytes);
            AssertClose(sums, memory.Sums.Bytes);
            AssertClose(slices, memory.SliceSumBytes);
            AssertClose(weights, memory.Weights.Bytes);
            AssertClose(state, memory.State.Bytes);
            Assert.Equal(zero >= 2, memory.Exchange.Bytes > 0);

            void AssertClose(int bytesEach, long bytes) => Assert.InRange(bytes, bytesEach * (table.FlatCount - rounding), bytesEach * (table.FlatCount + rounding));
        }
    }

    [Fact]
    public void Formats_of_their_own_for_products_and_sums_take_room_of_their_own()
    {
        long count = ParameterTable.For(model).FlatCount;
        Assert.Equal((4 * count, 2 * count, 4 * count, 0), Sizes(Of(1, autocast, 0)));
        Assert.Equal((2 * count, 0, 2 * count, 4 * count), Sizes(Of(1, bf16, 0)));

        static (long Weights, long Matrices, long Gradients, long Sums) Sizes(RankMemory memory) => (memory.Weights.Bytes, memory.Matrices.Bytes, memory.Gradients.Bytes, memory.Sums.Bytes);
    }

    [Fact]
    public void The_stage_of_the_embedding_has_room_for_the_gradient_that_the_head_sends_it()
    {
        ModelSpec tied = model with { TiedHead = true };
        long[] rooms = [.. Enumerable.Range(0, 3).Select(rank => RankMemory.Of(RankProgram.For(tied, Stages(3), default, rank)).TiedRoomBytes)];
        Assert.Equal([256 * 128 * sizeof(float), 0, 0], rooms);
        Assert.Equal(0, RankMemory.Of(RankProgram.For(tied, Stages(1), default, 0)).TiedRoomBytes);
    }

    [Fact]
    public void The_cost_of_a_step_is_that_of_the_rank_with_most_and_all_that_is_shared() => AnyStep.Of(mostData: 3).Sample(static step =>
    {
        StepCost cost = StepCost.Of(step.Model, step.Layout, step.Formats);
        var programs = new RankPrograms(step.Model, step.Layout, step.Formats);
        RankProgram[] ranks = [.. Enumerable.Range(0, step.Layout.Ranks).Select(programs.Of)];
        Assert.Equal(ranks.Max(rank => rank.Flops), cost.Flops);
        Assert.Equal(ranks.Max(rank => RankMemory.Of(rank).TotalBytes), cost.Largest.TotalBytes);
        Assert.Equal(ranks.Sum(rank => RankMemory.Of(rank).RegionBytes + RankMemory.Of(rank).MailBytes), cost.SharedBytes);
        Assert.All(Enum.GetValues<GroupAxis>().Where(axis => axis != GroupAxis.ExpertData), axis => Assert.Equal(
            ranks.Max(rank => StepTraffic.Of(rank).Where(entry => entry.Axis == axis || (axis, entry.Axis) == (GroupAxis.Data, GroupAxis.ExpertData)).Sum(entry => entry.BytesSent)),
            cost.BytesSent.GetValueOrDefault(axis)));
        Assert.False(cost.BytesSent.ContainsKey(GroupAxis.ExpertData));
    });

    private static Layout Stages(int pipeline) => new(1, 1, pipeline, 1, 1, 1, 1, false, 1, 4, Recompute.None, PipelineSchedule.OneForwardOneBackward);

    private static RankMemory Of(int zero, NumberFormats formats, int rank) => RankMemory.Of(RankProgram.For(
        model, new Layout(2, 1, 1, 1, 1, 1, zero, false, 1, 4, Recompute.None, PipelineSchedule.OneForwardOneBackward), formats, rank));
}
