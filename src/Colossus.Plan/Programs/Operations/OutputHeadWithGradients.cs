namespace Colossus.Plan.Programs.Operations;

/// <summary>
/// <see cref="OutputHead"/> and both its gradients, while the logits of some rows are there: the first operations of a backward pass. The forward pass leaves the head out.
/// </summary>
public sealed class OutputHeadWithGradients : Operation
{
    private readonly Value[] writes;

    /// <summary>Describes it.</summary>
    /// <param name="head">The head.</param>
    /// <param name="inputGradient">[tokens, hidden], overwritten.</param>
    /// <param name="converts">As in <see cref="ProductWeightGradient"/>.</param>
    public OutputHeadWithGradients(OutputHead head, Value inputGradient, bool converts)
    {
        ArgumentNullException.ThrowIfNull(head);
        Head = head;
        InputGradient = inputGradient;
        if (converts)
        {
            Unconverted = new Value("d." + head.Matrix.Name, ValueFormat.Product, head.Matrix.Rows, head.Input.Columns);
        }

        writes = Unconverted is null ? [inputGradient, head.Losses] : [inputGradient, head.Losses, Unconverted];
    }

    /// <summary>The head.</summary>
    public OutputHead Head { get; }

    /// <summary>Receives the gradient of its input.</summary>
    public Value InputGradient { get; }

    /// <summary>[vocab, hidden] in the format of products; null where the gradient of the weight has that format.</summary>
    public Value? Unconverted { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => Head.Reads;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => writes;

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => Head.Weights;

    /// <inheritdoc/>
    public override ValueFormat WeightFormat => ValueFormat.Product;

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Gradients => Head.Weights;

    /// <inheritdoc/>
    public override double Flops => 3 * Head.OnePass;

    /// <inheritdoc/>
    public override IReadOnlyList<Operation> Parts => HeadPart.Split(Head, InputGradient, Unconverted);
}
