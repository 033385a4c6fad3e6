namespace Colossus.Plan.Programs.Operations;

/// <summary>The last columns of target = source: the gradient of <see cref="TakeColumns"/>, where something else writes the columns before.</summary>
/// <param name="source">[rows, taken].</param>
/// <param name="target">[rows, kept | taken].</param>
public sealed class PutColumns(Value source, Value target) : Operation
{
    /// <summary>What is read.</summary>
    public Value Source { get; } = source;

    /// <summary>Receives it in its last columns.</summary>
    public Value Target { get; } = target;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Source, Target];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Target];
}
