using Colossus.Plan.Layouts;

namespace Colossus.Plan.Programs.Communication;

/// <summary>Every rank has a summand of all rows and gets the sum of its own: a reduce-scatter. Its gradient is <see cref="GatherRows"/>.</summary>
/// <param name="source">This rank's summand, all rows.</param>
/// <param name="target">Receives the sum of this rank's rows.</param>
/// <param name="axis">The axis of the group.</param>
/// <param name="shares">Which rank has which rows.</param>
/// <param name="accumulate">Whether <paramref name="target"/> is added to.</param>
public sealed class SumRows(Value source, Value target, GroupAxis axis, RowShares shares, bool accumulate = false) : RowCommunication(axis)
{
    /// <summary>This rank's summand; the others read it.</summary>
    public Value Source { get; } = source;

    /// <summary>Receives the sum.</summary>
    public Value Target { get; } = target;

    /// <summary>Which rank has which rows.</summary>
    public RowShares Shares { get; } = shares;

    /// <summary>Whether <see cref="Target"/> is added to.</summary>
    public bool Accumulate { get; } = accumulate;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => Accumulate ? [Source, Target] : [Source];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Target];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Shared => [Source];

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value gradient = Source.Like("d." + Source.Name, Source.Format);
        backward.Add(new GatherRows(backward.Of(Target), gradient, Axis, Shares));
        backward.Give(Source, gradient);
    }
}
