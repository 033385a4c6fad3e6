using Colossus.Plan.Layouts;

namespace Colossus.Plan.Programs.Communication;

/// <summary>Every rank has a summand of all rows and gets the sum of all: an all-reduce, each rank summing a share of the rows. What follows is the same on all ranks, and so is the gradient.</summary>
public sealed class SumAllRows : RowCommunication
{
    /// <summary>Describes it.</summary>
    /// <param name="source">This rank's summand.</param>
    /// <param name="target">Receives the sum.</param>
    /// <param name="axis">The axis of the group.</param>
    /// <param name="shares">Which rank sums which rows.</param>
    public SumAllRows(Value source, Value target, GroupAxis axis, RowShares shares)
        : base(axis)
    {
        ArgumentNullException.ThrowIfNull(source);
        Source = source;
        Shares = shares;
        Target = target;
        Staging = new Value(source.Name + ".sums", source.Format, source.Rows with { Size = Enumerable.Range(0, Shares.Ranks).Max(Shares.RowsOf) }, source.Columns);
    }

    /// <summary>This rank's summand; the others read it.</summary>
    public Value Source { get; }

    /// <summary>Receives the sum.</summary>
    public Value Target { get; }

    /// <summary>Which rank has which rows.</summary>
    public RowShares Shares { get; }

    /// <summary>Where the others read the sum of this rank's share.</summary>
    public Value Staging { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Source];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Staging, Target];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Shared => [Source, Staging];

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        backward.Give(Source, backward.Of(Target));
    }
}
