using Colossus.Plan.Layouts;

namespace Colossus.Plan.Programs.Communication;

/// <summary>
/// A value that is the same on all ranks of a group becomes one of which each rank computes a part of what is made of it. A forward pass copies it; in the backward pass the gradients of all are
/// summed (Megatron's <c>f</c>, arXiv 1909.08053).
/// </summary>
/// <param name="source">The value.</param>
/// <param name="target">Receives the copy. What reads the source itself comes before.</param>
/// <param name="axis">The axis of the group.</param>
/// <param name="shares">Which rank sums which rows.</param>
public sealed class ShareRows(Value source, Value target, GroupAxis axis, RowShares shares) : Operation
{
    /// <summary>The value.</summary>
    public Value Source { get; } = source;

    /// <summary>Receives the copy.</summary>
    public Value Target { get; } = target;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Source];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Target];

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override IReadOnlyList<Operation> Parts => [new Operations.Convert(Source, Target)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Something behind it reads the source itself.</exception>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        (Value gradient, bool accumulate) = backward.Into(Source);
        backward.Add(accumulate
            ? throw new InvalidOperationException($"{Source} is read behind {this}")
            : new SumAllRows(backward.Of(Target), gradient, axis, shares));
    }
}
