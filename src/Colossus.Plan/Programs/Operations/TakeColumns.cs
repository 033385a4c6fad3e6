namespace Colossus.Plan.Programs.Operations;

/// <summary>target = the last columns of source, side by side.</summary>
/// <param name="source">[rows, skipped | taken].</param>
/// <param name="target">[rows, taken].</param>
public sealed class TakeColumns(Value source, Value target) : Operation
{
    /// <summary>What is read.</summary>
    public Value Source { get; } = source;

    /// <summary>Receives the columns.</summary>
    public Value Target { get; } = target;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Source];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Target];

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        backward.Add(new PutColumns(backward.Of(Target), backward.Into(Source).Gradient));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new TakeColumns(map.Of(Source), map.Of(Target));
    }
}
