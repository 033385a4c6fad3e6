namespace Colossus.Plan.Programs.Operations;

/// <summary>target = source in the target's format: a copy where the formats are equal.</summary>
/// <param name="source">Any shape.</param>
/// <param name="target">The same shape.</param>
public sealed class Convert(Value source, Value target) : Operation
{
    /// <summary>What is read.</summary>
    public Value Source { get; } = source;

    /// <summary>What is written.</summary>
    public Value Target { get; } = target;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Source];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Target];
}
