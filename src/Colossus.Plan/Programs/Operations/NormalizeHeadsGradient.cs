namespace Colossus.Plan.Programs.Operations;

/// <summary>Gradient of the input of a <see cref="NormalizeHeads"/> and, in the same pass over the rows, those of its scales before they are rounded.</summary>
public sealed class NormalizeHeadsGradient : Operation
{
    /// <summary>Describes it.</summary>
    /// <param name="forward">The operation of the forward pass.</param>
    /// <param name="outputGradient">[tokens, queries | keys | values].</param>
    /// <param name="inputGradient">The same shape, overwritten.</param>
    public NormalizeHeadsGradient(NormalizeHeads forward, Value outputGradient, Value inputGradient)
    {
        ArgumentNullException.ThrowIfNull(forward);
        Forward = forward;
        OutputGradient = outputGradient;
        InputGradient = inputGradient;
        ScaleGradients = new Value("d." + forward.QueryScale.Name, ValueFormat.Single, new Extent(Dim.One, 1), forward.QueryScale.Rows, forward.KeyScale.Rows);
    }

    /// <summary>The operation of the forward pass.</summary>
    public NormalizeHeads Forward { get; }

    /// <summary>Gradient of its output.</summary>
    public Value OutputGradient { get; }

    /// <summary>Receives the gradient of its input.</summary>
    public Value InputGradient { get; }

    /// <summary>[1, query scale | key scale]: receives their gradients in 32 bits; a <see cref="StoreVectorGradient"/> puts them where gradients lie.</summary>
    public Value ScaleGradients { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [OutputGradient, Forward.Input, Forward.InverseRms];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [InputGradient, ScaleGradients];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => Forward.Weights;
}
