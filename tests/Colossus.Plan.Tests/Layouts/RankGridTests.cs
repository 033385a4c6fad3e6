using Colossus.Plan.Layouts;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Tests.Layouts;

public sealed class RankGridTests
{
    private static readonly RankGrid grid = new(new Layout(4, 2, 3, 1, 2, 8, 1, false, 1, 8, Recompute.None, PipelineSchedule.OneForwardOneBackward));

    [Theory]
    [InlineData(GroupAxis.Tensor, 2)]
    [InlineData(GroupAxis.Context, 2)]
    [InlineData(GroupAxis.Data, 8)]
    [InlineData(GroupAxis.Pipeline, 3)]
    [InlineData(GroupAxis.Expert, 8)]
    public void Groups_of_an_axis_part_the_ranks(GroupAxis axis, int size)
    {
        var seen = new Dictionary<int, string>();
        for (int rank = 0; rank < grid.Layout.Ranks; rank++)
        {
            int[] group = grid.Group(rank, axis);
            Assert.Equal(size, group.Length);
            Assert.Contains(rank, group);
            string key = string.Join(",", group.Order());
            foreach (int member in group)
            {
                Assert.Equal(seen.TryAdd(member, key) ? key : seen[member], key);
            }
        }
    }

    [Fact]
    public void Coordinates_lead_back_to_the_rank()
    {
        for (int rank = 0; rank < grid.Layout.Ranks; rank++)
        {
            (int tensor, int context, int data, int pipeline) = grid.CoordinatesOf(rank);
            Assert.Equal(rank, grid.RankAt(tensor, context, data, pipeline));
        }
    }

    [Fact]
    public void Layers_that_do_not_divide_leave_the_first_and_last_chunk_lighter()
    {
        int[] counts = [.. Enumerable.Range(0, 64).Select(static chunk => StageLayers.Of(126, 64, chunk))];
        Assert.Equal(126, counts.Sum());
        Assert.Equal(1, counts[0]);
        Assert.Equal(1, counts[^1]);
        Assert.All(counts[1..^1], static count => Assert.Equal(2, count));
    }

    [Fact]
    public void All_layers_are_placed_whatever_the_number_of_chunks()
    {
        for (int layers = 1; layers <= 70; layers++)
        {
            for (int chunks = 1; chunks <= layers + 2; chunks++)
            {
                int[] counts = [.. Enumerable.Range(0, chunks).Select(chunk => StageLayers.Of(layers, chunks, chunk))];
                Assert.Equal(layers, counts.Sum());
                Assert.All(counts, static count => Assert.True(count >= 0));
            }
        }
    }
}
