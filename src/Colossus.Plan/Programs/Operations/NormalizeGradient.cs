namespace Colossus.Plan.Programs.Operations;

/// <summary>Gradient of the input of a <see cref="Normalize"/> and, in the same pass over the rows, that of its scale before it is rounded.</summary>
public sealed class NormalizeGradient : Operation
{
    private readonly Value[] reads;

    /// <summary>Describes it.</summary>
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

    /// <summary>[1, hidden]: receives the gradient of the scale in 32 bits; a <see cref="StoreVectorGradient"/> puts it where gradients lie.</summary>
    public Value ScaleGradient { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => reads;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [InputGradient, ScaleGradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => Forward.Weights;
}
