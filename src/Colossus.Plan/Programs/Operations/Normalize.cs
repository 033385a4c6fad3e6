namespace Colossus.Plan.Programs.Operations;

/// <summary>output = input / √(mean(input²) + ε) · scale over rows: RMSNorm (arXiv 1910.07467).</summary>
/// <param name="input">[tokens, hidden].</param>
/// <param name="scale">[hidden].</param>
/// <param name="output">[tokens, hidden].</param>
/// <param name="inverseRms">[tokens, 1]; the gradient wants it.</param>
/// <param name="epsilon">Added to the mean square.</param>
public sealed class Normalize(Value input, Weight scale, Value output, Value inverseRms, double epsilon) : Operation
{
    /// <summary>What is normalized.</summary>
    public Value Input { get; } = input;

    /// <summary>A factor a column.</summary>
    public Weight Scale { get; } = scale;

    /// <summary>Receives the result.</summary>
    public Value Output { get; } = output;

    /// <summary>Receives 1 / RMS of each row.</summary>
    public Value InverseRms { get; } = inverseRms;

    /// <summary>Added to the mean square.</summary>
    public double Epsilon { get; } = epsilon;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Input];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Output, InverseRms];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => [Scale];

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value outputGradient = backward.Of(Output);
        (Value inputGradient, bool accumulate) = backward.Into(Input);
        var gradient = new NormalizeGradient(this, outputGradient, inputGradient, accumulate);
        backward.Add(gradient);
        backward.Add(new StoreVectorGradient(gradient.ScaleGradient, Scale));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Normalize(map.Of(Input), map.Of(Scale), map.Of(Output), map.Of(InverseRms), Epsilon);
    }
}
