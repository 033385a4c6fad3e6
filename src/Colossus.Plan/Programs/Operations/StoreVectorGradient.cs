namespace Colossus.Plan.Programs.Operations;

/// <summary>Stores gradients that were summed in 32 bits, those of vectors and of the router's matrix, or adds them to those that are there, rounded to the format of gradients.</summary>
public sealed class StoreVectorGradient : Operation
{
    private readonly Weight[] vectors;

    /// <summary>Describes it.</summary>
    /// <param name="gradient">[1, v₀ | v₁ | …], or a matrix; 32 bits.</param>
    /// <param name="vectors">The weights.</param>
    public StoreVectorGradient(Value gradient, params Weight[] vectors)
    {
        Gradient = gradient;
        this.vectors = vectors;
    }

    /// <summary>The gradients of this micro-batch, side by side.</summary>
    public Value Gradient { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Gradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Gradients => vectors;

    /// <inheritdoc/>
    public override bool IsWeightGradient => true;
}
