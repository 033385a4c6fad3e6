using Colossus.Plan.Layouts;
using Colossus.Plan.Programs.Operations;

namespace Colossus.Plan.Programs.Communication;

/// <summary>
/// Visits of tokens go to the ranks that have the experts, or results come back: an all-to-all of as many rows as tokens were routed. Each is the gradient of the other.
/// </summary>
/// <remarks>
/// With their tokens' rank visits are sorted by expert; on a rank with experts those of one expert lie together, in order of the ranks that they came from. Ranks have consecutive experts, equally many.
/// </remarks>
public sealed class ExchangeVisits : RowCommunication
{
    /// <summary>Describes it.</summary>
    /// <param name="source">This rank's rows.</param>
    /// <param name="target">Receives those of others.</param>
    /// <param name="counts">[ranks, experts]: visits of each rank's tokens to each expert.</param>
    /// <param name="toExperts">Whether visits go to experts; else results come back.</param>
    /// <param name="arrivals">Receives how many rows came to each expert here; null where that is known.</param>
    public ExchangeVisits(Value source, Value target, Value counts, bool toExperts, VisitGroups? arrivals)
        : base(GroupAxis.Expert)
    {
        Source = source;
        Target = target;
        Counts = counts;
        ToExperts = toExperts;
        Arrivals = arrivals;
    }

    /// <summary>This rank's rows; the others read them.</summary>
    public Value Source { get; }

    /// <summary>Receives those of others.</summary>
    public Value Target { get; }

    /// <summary>[ranks, experts]: visits of each rank's tokens to each expert.</summary>
    public Value Counts { get; }

    /// <summary>Whether visits go to experts; else results come back.</summary>
    public bool ToExperts { get; }

    /// <summary>Receives how many rows came to each expert here; null where that is known.</summary>
    public VisitGroups? Arrivals { get; }

    /// <summary>Ranks that share the experts.</summary>
    public int Ranks => Counts.Rows.Size;

    /// <summary>Rows that a rank's tokens make, whatever experts they visit.</summary>
    public int Visits => (ToExperts ? Source : Target).Rows.Size;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Source, Counts];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => Arrivals is null ? [Target] : [Target, Arrivals.Counts];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Shared => [Source];

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value gradient = backward.Of(Target);
        backward.Add(new ExchangeVisits(gradient, backward.Into(Source).Gradient, Counts, !ToExperts, null));
    }
}
