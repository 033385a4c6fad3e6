namespace Colossus.Plan.Programs.Operations;

/// <summary>output = (input - mean) / √(variance + ε) · scale + bias over rows: LayerNorm (arXiv 1607.06450).</summary>
public sealed class LayerNormalize : Operation
{
    /// <summary>Describes it.</summary>
    /// <param name="input">[tokens, hidden].</param>
    /// <param name="scale">[hidden].</param>
    /// <param name="bias">[hidden].</param>
    /// <param name="output">[tokens, hidden].</param>
    /// <param name="epsilon">Added to the variance.</param>
    public LayerNormalize(Value input, Weight scale, Weight bias, Value output, double epsilon)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        Input = input;
        Scale = scale;
        Bias = bias;
        Output = output;
        Statistics = new Value(output.Name + ".statistics", ValueFormat.Single, input.Rows, new Extent(Dim.One, 2));
        Epsilon = epsilon;
    }

    /// <summary>What is normalized.</summary>
    public Value Input { get; }

    /// <summary>A factor a column.</summary>
    public Weight Scale { get; }

    /// <summary>A summand a column.</summary>
    public Weight Bias { get; }

    /// <summary>Receives the result.</summary>
    public Value Output { get; }

    /// <summary>[tokens, 2]: receives mean and 1 / √(variance + ε) of each row; the gradient wants them.</summary>
    public Value Statistics { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Input];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Output, Statistics];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => [Scale, Bias];

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value outputGradient = backward.Of(Output);
        (Value inputGradient, bool accumulate) = backward.Into(Input);
        var gradient = new LayerNormalizeGradient(this, outputGradient, inputGradient, accumulate);
        backward.Add(gradient);
        backward.Add(new StoreVectorGradient(gradient.VectorGradients, Scale, Bias));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new LayerNormalize(map.Of(Input), map.Of(Scale), map.Of(Bias), map.Of(Output), Epsilon);
    }
}
