namespace Colossus.Plan.Programs.Operations;

/// <summary>logits = input · Wᵀ for some rows of an <see cref="OutputHead"/>.</summary>
/// <param name="part">The rows.</param>
public sealed class HeadLogits(HeadPart part) : Operation
{
    /// <summary>Numbers that ranks tell each other of a row: the highest logit, the sum of exponentials of the logits less that one, and the logit of the target or 0 where another rank has it.</summary>
    public const int StatisticsOfRow = 3;

    /// <summary>The rows.</summary>
    public HeadPart Part { get; } = part;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => Part.Statistics is null ? [Part.Head.Input] : [Part.Head.Input, Part.Head.Targets];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => Part.Statistics is null ? [Part.Logits] : [Part.Logits, Part.Statistics];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => Part.Head.Weights;

    /// <inheritdoc/>
    public override ValueFormat WeightFormat => ValueFormat.Product;

    /// <inheritdoc/>
    public override double Flops => 2.0 * Part.Count * Part.Head.Input.Width * Part.Logits.Width;
}
