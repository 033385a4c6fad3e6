namespace Colossus.Plan.Programs.Operations;

/// <summary>output = input · [W₀; W₁; …]ᵀ: one matrix product for all weights that read the same input, their outputs side by side.</summary>
public sealed class Product : Operation
{
    private readonly Weight[] matrices;

    /// <summary>Describes the product.</summary>
    /// <param name="input">[tokens, inputs].</param>
    /// <param name="output">[tokens, sum of outputs].</param>
    /// <param name="matrices">Each [outputs, inputs].</param>
    public Product(Value input, Value output, params Weight[] matrices)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        Input = input;
        Output = output;
        this.matrices = matrices;
    }

    /// <summary>The left operand.</summary>
    public Value Input { get; }

    /// <summary>Receives the result.</summary>
    public Value Output { get; }

    /// <summary>Multiplications and additions of the product, and of each of its two gradients.</summary>
    public double OnePass => 2.0 * Input.Rows.Size * Input.Width * Output.Width;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Input];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Output];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => matrices;

    /// <inheritdoc/>
    public override ValueFormat WeightFormat => ValueFormat.Product;

    /// <inheritdoc/>
    public override double Flops => OnePass;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value outputGradient = backward.Of(Output);
        backward.Add(new ProductWeightGradient(this, outputGradient, backward.ConvertsWeightGradients));
        (Value inputGradient, bool accumulate) = backward.Into(Input);
        backward.Add(new ProductInputGradient(this, outputGradient, inputGradient, accumulate));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Product(map.Of(Input), map.Of(Output), map.Of(matrices));
    }
}
