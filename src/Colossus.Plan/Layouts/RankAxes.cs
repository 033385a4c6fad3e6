using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Layouts;

/// <summary>The sizes of the rank grid's axes, and what ranks are called before people.</summary>
/// <param name="Data">Replicas that see different samples, 1 or more.</param>
/// <param name="Tensor">Ranks that share each matrix, 1 or more.</param>
/// <param name="Pipeline">Stages, 1 or more.</param>
/// <param name="Context">Ranks that share each sequence, 1 or more.</param>
public sealed record RankAxes(int Data = 1, int Tensor = 1, int Pipeline = 1, int Context = 1)
{
    /// <summary>The axes that a job asks for.</summary>
    /// <param name="parallel">The job's section <c>parallel</c>.</param>
    public static RankAxes Of(ParallelSpec parallel) => new(parallel.Data, parallel.Tensor, parallel.Pipeline, parallel.Context);

    /// <summary>Where a rank stands on each axis that is longer than 1: <c>data 1</c>, <c>pipeline 1</c>. Empty when only one is, for then the number says it all.</summary>
    /// <param name="rank">The rank; one outside of the grid has no place there.</param>
    public IReadOnlyList<string> Coordinates(int rank)
    {
        var layout = Layout.From(new ParallelSpec(Data, Tensor, Pipeline, Context: Context), microBatch: 1, globalBatch: 1);
        if (rank < 0 || rank >= layout.Ranks)
        {
            return [];
        }

        var at = new RankGrid(layout).CoordinatesOf(rank);
        (string Axis, int Size, int Place)[] axes =
            [("data", Data, at.Data), ("tensor", Tensor, at.Tensor), ("pipeline", Pipeline, at.Pipeline), ("context", Context, at.Context)];
        var longer = axes.Where(axis => axis.Size > 1).ToList();
        return longer.Count > 1 ? [.. longer.Select(axis => $"{axis.Axis} {axis.Place}")] : [];
    }

    /// <summary>The rank by its number and its coordinates: <c>3 (data 1, pipeline 1)</c>.</summary>
    /// <param name="rank">The rank.</param>
    public string Label(int rank) => Coordinates(rank) is { Count: > 0 } places ? $"{rank} ({string.Join(", ", places)})" : $"{rank}";
}
