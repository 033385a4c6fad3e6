using Colossus.Plan.Layouts;

namespace Colossus.Plan.Programs.Communication;

/// <summary>Every rank gets the rows of all: an all-gather. Its gradient is <see cref="SumRows"/>.</summary>
public sealed class GatherRows : RowCommunication
{
    /// <summary>Describes it.</summary>
    /// <param name="source">This rank's rows.</param>
    /// <param name="target">Receives the rows of all.</param>
    /// <param name="axis">The axis of the group.</param>
    /// <param name="shares">Which rank has which rows.</param>
    public GatherRows(Value source, Value target, GroupAxis axis, RowShares shares)
        : base(axis)
    {
        ArgumentNullException.ThrowIfNull(source);
        Source = source;
        Shares = shares;
        Target = target;
        Staging = source.Like(source.Name + ".shared", source.Format);
    }

    /// <summary>This rank's rows.</summary>
    public Value Source { get; }

    /// <summary>Receives the rows of all.</summary>
    public Value Target { get; }

    /// <summary>Which rank has which rows.</summary>
    public RowShares Shares { get; }

    /// <summary>Where the others read this rank's rows: the source may be changed before they have.</summary>
    public Value Staging { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Source];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Staging, Target];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Shared => [Staging];

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        if (Source.Format == ValueFormat.Token)
        {
            return;
        }

        Value parts = backward.Of(Target);
        (Value gradient, bool accumulate) = backward.Into(Source);
        backward.Add(new SumRows(parts, gradient, Axis, Shares, accumulate));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new GatherRows(map.Of(Source), map.Of(Target), Axis, Shares);
    }
}
