using Colossus.Plan.Layouts;

namespace Colossus.Plan.Work;

/// <summary>Communication of one rank: a pattern, the group it goes over, its size and how often it happens.</summary>
/// <param name="Kind">The pattern.</param>
/// <param name="Axis">The direction of the rank grid in which the group lies.</param>
/// <param name="Ranks">Size of the group.</param>
/// <param name="Bytes">Bytes of the whole buffer (of all parts together); for a point-to-point message its own.</param>
/// <param name="Count">How often.</param>
public readonly record struct Collective(CollectiveKind Kind, GroupAxis Axis, int Ranks, double Bytes, double Count)
{
    /// <summary>Bytes that each rank sends, and as many that it receives, over all <see cref="Count"/>: the lower bound that ring algorithms reach (arXiv 2104.04473; Thakur et al. 2005).</summary>
    public double SentBytes => Ranks <= 1 ? 0 : Count * Bytes * Kind switch
    {
        CollectiveKind.AllReduce => 2.0 * (Ranks - 1) / Ranks,
        CollectiveKind.PointToPoint => 1,
        _ => (double)(Ranks - 1) / Ranks,
    };
}
