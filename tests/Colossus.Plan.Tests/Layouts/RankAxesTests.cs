using Colossus.Plan.Layouts;
using Colossus.Specs.Jobs;

namespace Colossus.Plan.Tests.Layouts;

public sealed class RankAxesTests
{
    [Theory]
    [InlineData(2, 1, 2, 1, 0, "0 (data 0, pipeline 0)")]
    [InlineData(2, 1, 2, 1, 3, "3 (data 1, pipeline 1)")]
    [InlineData(2, 2, 1, 2, 5, "5 (data 1, tensor 1, context 0)")]
    [InlineData(4, 1, 1, 1, 3, "3")]
    [InlineData(1, 1, 4, 1, 3, "3")]
    [InlineData(2, 1, 2, 1, 4, "4")]
    [InlineData(2, 1, 2, 1, -1, "-1")]
    public void A_rank_has_coordinates_where_the_number_does_not_say_it_all(int data, int tensor, int pipeline, int context, int rank, string expected) =>
        Assert.Equal(expected, new RankAxes(data, tensor, pipeline, context).Label(rank));

    [Fact]
    public void No_two_ranks_have_the_same_coordinates()
    {
        var parallel = new ParallelSpec(Data: 2, Tensor: 3, Pipeline: 2, Context: 2);
        var axes = RankAxes.Of(parallel);
        var seen = Enumerable.Range(0, parallel.Ranks).Select(rank => string.Join(' ', axes.Coordinates(rank))).ToHashSet();
        Assert.Equal(parallel.Ranks, seen.Count);
    }
}
