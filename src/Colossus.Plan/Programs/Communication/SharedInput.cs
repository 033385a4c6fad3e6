using Colossus.Plan.Layouts;

namespace Colossus.Plan.Programs.Communication;

/// <summary>
/// Marks a value that is the same on all ranks of a group, while each computes a part of what is made of it. There is nothing to do in a forward pass; in the backward pass the gradients of all are
/// summed (Megatron's <c>f</c>, arXiv 1909.08053).
/// </summary>
/// <param name="value">The value.</param>
/// <param name="axis">The axis of the group.</param>
/// <param name="shares">Which rank sums which rows.</param>
public sealed class SharedInput(Value value, GroupAxis axis, RowShares shares) : Operation
{
    /// <summary>The value.</summary>
    public Value Value { get; } = value;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Value];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [];

    /// <inheritdoc/>
    public override bool RunsForward => false;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value part = backward.Of(Value);
        Value sum = part.Like(part.Name + ".sum", part.Format);
        backward.Add(new SumAllRows(part, sum, axis, shares));
        backward.Replace(Value, sum);
    }
}
