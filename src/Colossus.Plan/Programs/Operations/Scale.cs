namespace Colossus.Plan.Programs.Operations;

/// <summary>value *= factor, in place; nothing may have read the value before.</summary>
/// <param name="value">Any shape, in the format of the residual stream or of products.</param>
/// <param name="factor">The factor; its gradient is multiplied by it too.</param>
public sealed class Scale(Value value, double factor) : Operation
{
    /// <summary>What is multiplied.</summary>
    public Value Value { get; } = value;

    /// <summary>The factor.</summary>
    public double Factor { get; } = factor;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Value];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Value];

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        backward.Add(new Scale(backward.Of(Value), Factor));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Scale(map.Of(Value), Factor);
    }
}
