namespace Colossus.Plan.Programs.Operations;

/// <summary>Gradient of the input of a <see cref="LayerNormalize"/> and, in the same pass over the rows, those of its scale and bias before they are rounded.</summary>
public sealed class LayerNormalizeGradient : Operation
{
    private readonly Value[] reads;

    /// <summary>Describes it.</summary>
    /// <param name="forward">The operation of the forward pass.</param>
    /// <param name="outputGradient">[tokens, hidden].</param>
    /// <param name="inputGradient">[tokens, hidden].</param>
    /// <param name="accumulate">Whether <paramref name="inputGradient"/> is added to.</param>
    public LayerNormalizeGradient(LayerNormalize forward, Value outputGradient, Value inputGradient, bool accumulate)
    {
        ArgumentNullException.ThrowIfNull(forward);
        Forward = forward;
        OutputGradient = outputGradient;
        InputGradient = inputGradient;
        Accumulate = accumulate;
        VectorGradients = new Value("d." + forward.Scale.Name, ValueFormat.Single, new Extent(Dim.One, 1), forward.Scale.Rows, forward.Bias.Rows);
        reads = accumulate ? [outputGradient, forward.Input, forward.Statistics, inputGradient] : [outputGradient, forward.Input, forward.Statistics];
    }

    /// <summary>The operation of the forward pass.</summary>
    public LayerNormalize Forward { get; }

    /// <summary>Gradient of its output.</summary>
    public Value OutputGradient { get; }

    /// <summary>Receives the gradient of its input.</summary>
    public Value InputGradient { get; }

    /// <summary>Whether <see cref="InputGradient"/> is added to.</summary>
    public bool Accumulate { get; }

    /// <summary>[1, scale | bias]: receives their gradients in 32 bits; a <see cref="StoreVectorGradient"/> puts them where gradients lie.</summary>
    public Value VectorGradients { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => reads;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [InputGradient, VectorGradients];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => [Forward.Scale];
}
