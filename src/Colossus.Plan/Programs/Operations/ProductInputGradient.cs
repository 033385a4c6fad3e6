namespace Colossus.Plan.Programs.Operations;

/// <summary>inputGradient = outputGradient · W of a <see cref="Product"/>.</summary>
/// <param name="forward">The product of the forward pass.</param>
/// <param name="outputGradient">[tokens, outputs].</param>
/// <param name="inputGradient">[tokens, inputs].</param>
/// <param name="accumulate">Whether <paramref name="inputGradient"/> is added to.</param>
public sealed class ProductInputGradient(Product forward, Value outputGradient, Value inputGradient, bool accumulate) : Operation
{
    /// <summary>The product of the forward pass.</summary>
    public Product Forward { get; } = forward;

    /// <summary>Gradient of its output.</summary>
    public Value OutputGradient { get; } = outputGradient;

    /// <summary>Receives the gradient of its input.</summary>
    public Value InputGradient { get; } = inputGradient;

    /// <summary>Whether <see cref="InputGradient"/> is added to.</summary>
    public bool Accumulate { get; } = accumulate;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => Accumulate ? [OutputGradient, InputGradient] : [OutputGradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [InputGradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => Forward.Weights;

    /// <inheritdoc/>
    public override ValueFormat WeightFormat => ValueFormat.Product;

    /// <inheritdoc/>
    public override double Flops => Forward.OnePass;
}
