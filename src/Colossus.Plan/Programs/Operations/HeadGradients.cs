namespace Colossus.Plan.Programs.Operations;

/// <summary>Both gradients of the product of some rows of an <see cref="OutputHead"/>.</summary>
/// <param name="part">The rows; their logits are the gradients of logits by now.</param>
/// <param name="inputGradient">[tokens, hidden]: these rows are overwritten.</param>
/// <param name="unconverted">As in <see cref="OutputHeadWithGradients"/>.</param>
public sealed class HeadGradients(HeadPart part, Value inputGradient, Value? unconverted) : Operation
{
    /// <summary>The rows.</summary>
    public HeadPart Part { get; } = part;

    /// <summary>Receives the gradient of the head's input.</summary>
    public Value InputGradient { get; } = inputGradient;

    /// <summary>[vocab, hidden] in the format of products; null where the gradient of the weight has that format.</summary>
    public Value? Unconverted { get; } = unconverted;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Part.Logits, Part.Head.Input];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => Unconverted is null ? [InputGradient] : [InputGradient, Unconverted];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => Part.Head.Weights;

    /// <inheritdoc/>
    public override ValueFormat WeightFormat => ValueFormat.Product;

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Gradients => Part.Head.Weights;

    /// <inheritdoc/>
    public override double Flops => 4.0 * Part.Count * Part.Head.Input.Width * Part.Logits.Width;
}
