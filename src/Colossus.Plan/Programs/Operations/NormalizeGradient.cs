namespace Colossus.Plan.Programs.Operations;

/// <summary>Both gradients of <see cref="Normalize"/>, in one pass over the rows.</summary>
public sealed class NormalizeGradient : Operation
{
    private readonly Value[] reads;

    /// <summary>Describes them.</summary>
    /// <param name="forward">The operation of the forward pass.</param>
    /// <param name="outputGradient">[tokens, hidden].</param>
    /// <param name="inputGradient">[tokens, hidden].</param>
    /// <param name="accumulate">Whether <paramref name="inputGradient"/> is added to.</param>
    public NormalizeGradient(Normalize forward, Value outputGradient, Value inputGradient, bool accumulate)
    {
        ArgumentNullException.ThrowIfNull(forward);
        Forward = forward;
        OutputGradient = outputGradient;
        InputGradient = inputGradient;
        Accumulate = accumulate;
        ScaleGradient = new Value("d." + forward.Scale.Name, ValueFormat.Single, new Extent(Dim.One, 1), forward.Scale.Rows);
        reads = accumulate ? [outputGradient, forward.Input, forward.InverseRms, inputGradient] : [outputGradient, forward.Input, forward.InverseRms];
    }

    /// <summary>The operation of the forward pass.</summary>
    public Normalize Forward { get; }

    /// <summary>Gradient of its output.</summary>
    public Value OutputGradient { get; }

    /// <summary>Receives the gradient of its input.</summary>
    public Value InputGradient { get; }

    /// <summary>Whether <see cref="InputGradient"/> is added to.</summary>
    public bool Accumulate { get; }

    /// <summary>[1, hidden]: the gradient of the scale in 32 bits, before it is rounded.</summary>
    public Value ScaleGradient { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => reads;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [InputGradient, ScaleGradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => Forward.Weights;

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Gradients => Forward.Weights;
}
