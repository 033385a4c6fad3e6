namespace Colossus.Plan.Programs.Operations;

/// <summary>Sums over the rows of a gradient: that of the biases of an <see cref="AddBias"/>, before it is rounded.</summary>
public sealed class BiasGradient : Operation
{
    /// <summary>Describes it.</summary>
    /// <param name="forward">The operation of the forward pass.</param>
    /// <param name="gradient">[tokens, sum of outputs].</param>
    public BiasGradient(AddBias forward, Value gradient)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(gradient);
        Gradient = gradient;
        Sums = new Value("d." + forward.Weights[0].Name, ValueFormat.Single, new Extent(Dim.One, 1), gradient.Columns);
    }

    /// <summary>Gradient of what the biases were added to.</summary>
    public Value Gradient { get; }

    /// <summary>[1, sum of outputs]: receives the sums in 32 bits; a <see cref="StoreVectorGradient"/> puts them where gradients lie.</summary>
    public Value Sums { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Gradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Sums];

    /// <inheritdoc/>
    public override bool IsWeightGradient => true;
}
