using Colossus.Specs.Layouts;

namespace Colossus.Plan.Layouts;

/// <summary>Where a rank stands on the axes of a layout, and with whom it shares each group.</summary>
/// <remarks>Neighbouring ranks differ first along tensor, then context, then data, then pipeline: the busiest groups lie closest together (arXiv 2104.04473, section 3).</remarks>
/// <param name="Layout">The layout.</param>
public readonly record struct RankGrid(Layout Layout)
{
    /// <summary>Coordinates of a rank.</summary>
    /// <param name="rank">0 to <see cref="Layout.Ranks"/> - 1.</param>
    public (int Tensor, int Context, int Data, int Pipeline) CoordinatesOf(int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, Layout.Ranks);
        int tensor = rank % Layout.Tensor;
        int rest = rank / Layout.Tensor;
        int context = rest % Layout.Context;
        rest /= Layout.Context;
        return (tensor, context, rest % Layout.Data, rest / Layout.Data);
    }

    /// <summary>Ranks of a stage.</summary>
    public int StageRanks => Layout.Ranks / Layout.Pipeline;

    /// <summary>A rank's place among those with the same weights, in the order of <see cref="GroupAxis.Data"/> or <see cref="GroupAxis.ExpertData"/>, and how many there are.</summary>
    /// <param name="rank">The rank.</param>
    /// <param name="experts">Whether the weights are those of experts.</param>
    public (int Place, int Count) ReplicaOf(int rank, bool experts)
    {
        var place = CoordinatesOf(rank);
        return experts ? (rank % StageRanks / Layout.Expert, Layout.ExpertReplicas) : (place.Context + (Layout.Context * place.Data), Layout.DenseReplicas);
    }

    /// <summary>The rank at some coordinates.</summary>
    /// <param name="tensor">Place along tensor.</param>
    /// <param name="context">Place along context.</param>
    /// <param name="data">Place along data.</param>
    /// <param name="pipeline">Stage.</param>
    public int RankAt(int tensor, int context, int data, int pipeline) =>
        tensor + (Layout.Tensor * (context + (Layout.Context * (data + (Layout.Data * pipeline)))));

    /// <summary>The ranks that share a group with a rank, itself included, in ascending order.</summary>
    /// <param name="rank">The rank.</param>
    /// <param name="axis">The axis along which the group lies.</param>
    public int[] Group(int rank, GroupAxis axis)
    {
        (int tensor, int context, int data, int pipeline) = CoordinatesOf(rank);
        Layout layout = Layout;
        RankGrid grid = this;
        switch (axis)
        {
            case GroupAxis.Tensor:
                return [.. Enumerable.Range(0, layout.Tensor).Select(i => grid.RankAt(i, context, data, pipeline))];
            case GroupAxis.Context:
                return [.. Enumerable.Range(0, layout.Context).Select(i => grid.RankAt(tensor, i, data, pipeline))];
            case GroupAxis.Data:
                return [.. Enumerable.Range(0, layout.DenseReplicas).Select(i => grid.RankAt(tensor, i % layout.Context, i / layout.Context, pipeline))];
            case GroupAxis.Pipeline:
                return [.. Enumerable.Range(0, layout.Pipeline).Select(i => grid.RankAt(tensor, context, data, i))];
            case GroupAxis.Expert:
                int first = rank - (rank % StageRanks % layout.Expert);
                return [.. Enumerable.Range(first, layout.Expert)];
            default:
                int lowest = rank - (rank % StageRanks) + (rank % StageRanks % layout.Expert);
                return [.. Enumerable.Range(0, layout.ExpertReplicas).Select(i => lowest + (i * layout.Expert))];
        }
    }
}
