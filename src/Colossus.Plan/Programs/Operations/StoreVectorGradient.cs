namespace Colossus.Plan.Programs.Operations;

/// <summary>Stores a vector's gradient, or adds it to the one that is there, rounded to the format of gradients.</summary>
/// <param name="gradient">[1, elements], 32 bits.</param>
/// <param name="vector">The weight.</param>
public sealed class StoreVectorGradient(Value gradient, Weight vector) : Operation
{
    /// <summary>The gradient of this micro-batch.</summary>
    public Value Gradient { get; } = gradient;

    /// <summary>The weight.</summary>
    public Weight Vector { get; } = vector;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Gradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Gradients => [Vector];

    /// <inheritdoc/>
    public override bool IsWeightGradient => true;
}
