namespace Colossus.Plan.Programs.Operations;

/// <summary>dW = outputGradientᵀ · input of a <see cref="Product"/>.</summary>
public sealed class ProductWeightGradient : Operation
{
    private readonly Value[] writes;

    /// <summary>Describes it.</summary>
    /// <param name="forward">The product of the forward pass.</param>
    /// <param name="outputGradient">[tokens, outputs].</param>
    /// <param name="converts">Whether the product has another format than the gradient of the weight, and so room of its own.</param>
    public ProductWeightGradient(Product forward, Value outputGradient, bool converts)
    {
        ArgumentNullException.ThrowIfNull(forward);
        Forward = forward;
        OutputGradient = outputGradient;
        if (converts)
        {
            var rows = new Extent(forward.Weights[0].Rows.Dim, forward.Output.Width);
            Unconverted = new Value("d." + forward.Weights[0].Name, ValueFormat.Product, rows, forward.Input.Columns);
        }

        writes = Unconverted is null ? [] : [Unconverted];
    }

    /// <summary>The product of the forward pass.</summary>
    public Product Forward { get; }

    /// <summary>Gradient of its output.</summary>
    public Value OutputGradient { get; }

    /// <summary>[outputs, inputs] in the format of products; null where the gradient of the weight has that format.</summary>
    public Value? Unconverted { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [OutputGradient, Forward.Input];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => writes;

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Gradients => Forward.Weights;

    /// <inheritdoc/>
    public override double Flops => Forward.OnePass;

    /// <inheritdoc/>
    public override bool IsWeightGradient => true;
}
