namespace Colossus.Plan.Programs.Operations;

/// <summary>logits = input · Wᵀ in 32 bits, whatever the formats of its operands: small differences decide which experts a token visits.</summary>
/// <param name="input">[tokens, hidden].</param>
/// <param name="matrix">[experts, hidden].</param>
/// <param name="logits">[tokens, experts].</param>
public sealed class RouterLogits(Value input, Weight matrix, Value logits) : Operation
{
    /// <summary>What the router reads.</summary>
    public Value Input { get; } = input;

    /// <summary>One row an expert.</summary>
    public Weight Matrix { get; } = matrix;

    /// <summary>Receives the result.</summary>
    public Value Logits { get; } = logits;

    /// <summary>Multiplications and additions of the product, and of each of its two gradients.</summary>
    public double OnePass => 2.0 * Input.Rows.Size * Input.Width * Logits.Width;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Input];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Logits];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => [Matrix];

    /// <inheritdoc/>
    public override double Flops => OnePass;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value logitsGradient = backward.Of(Logits);
        var weightGradient = new RouterWeightGradient(this, logitsGradient);
        backward.Add(weightGradient);
        backward.Add(new StoreVectorGradient(weightGradient.Sums, Matrix));
        (Value inputGradient, bool accumulate) = backward.Into(Input);
        backward.Add(new RouterInputGradient(this, logitsGradient, inputGradient, accumulate));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new RouterLogits(map.Of(Input), map.Of(Matrix), map.Of(Logits));
    }
}
