namespace Colossus.Plan.Programs.Operations;

/// <summary>
/// Logits and the cross-entropy of the tokens that follow. Logits are never there for all rows at once: they are made and used up some rows at a time, by the operations of <see cref="Parts"/>.
/// </summary>
public sealed class OutputHead : Operation
{
    /// <summary>Elements of logits that are there at once, at most; one row at least.</summary>
    public const int LogitsAtOnce = 8 << 20;

    private readonly Weight[] weights;

    /// <summary>Describes the head.</summary>
    /// <param name="input">[tokens, hidden].</param>
    /// <param name="targets">[tokens, 1]; -1 leaves a row out.</param>
    /// <param name="matrix">[vocab, hidden].</param>
    /// <param name="losses">[tokens, 1], nats.</param>
    /// <param name="sharers">Tensor ranks that share the vocabulary, 1 or more.</param>
    public OutputHead(Value input, Value targets, Weight matrix, Value losses, int sharers = 1)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(matrix);
        Input = input;
        Targets = targets;
        weights = [matrix];
        Losses = losses;
        Sharers = sharers;
    }

    /// <summary>The normalized residual stream.</summary>
    public Value Input { get; }

    /// <summary>The tokens that follow.</summary>
    public Value Targets { get; }

    /// <summary>The head's matrix.</summary>
    public Weight Matrix => weights[0];

    /// <summary>Receives the loss of each row.</summary>
    public Value Losses { get; }

    /// <summary>Tensor ranks that share the vocabulary.</summary>
    public int Sharers { get; }

    /// <summary>Multiplications and additions of the product, and of each of its two gradients.</summary>
    public double OnePass => 2.0 * Input.Rows.Size * Input.Width * Matrix.Rows.Size;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Input, Targets];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Losses];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => weights;

    /// <inheritdoc/>
    public override ValueFormat WeightFormat => ValueFormat.Product;

    /// <inheritdoc/>
    public override double Flops => OnePass;

    /// <summary>A training pass computes logits once: with their gradients.</summary>
    public override bool RunsForward => false;

    /// <inheritdoc/>
    public override bool RunsInEvaluation => true;

    /// <inheritdoc/>
    public override IReadOnlyList<Operation> Parts => HeadPart.Split(this, null, null);

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        (Value inputGradient, _) = backward.Into(Input);
        backward.Add(new OutputHeadWithGradients(this, inputGradient, backward.ConvertsWeightGradients));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new OutputHead(map.Of(Input), map.Of(Targets), map.Of(Matrix), map.Of(Losses), map.Tensor);
    }
}
