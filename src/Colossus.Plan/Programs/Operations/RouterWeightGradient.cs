namespace Colossus.Plan.Programs.Operations;

/// <summary>logitsGradientᵀ · input of a <see cref="RouterLogits"/>, before it is rounded.</summary>
public sealed class RouterWeightGradient : Operation
{
    /// <summary>Describes it.</summary>
    /// <param name="forward">The operation of the forward pass.</param>
    /// <param name="logitsGradient">[tokens, experts].</param>
    public RouterWeightGradient(RouterLogits forward, Value logitsGradient)
    {
        ArgumentNullException.ThrowIfNull(forward);
        Forward = forward;
        LogitsGradient = logitsGradient;
        Sums = new Value("d." + forward.Matrix.Name, ValueFormat.Single, forward.Matrix.Rows, forward.Input.Columns);
    }

    /// <summary>The operation of the forward pass.</summary>
    public RouterLogits Forward { get; }

    /// <summary>Gradient of the logits.</summary>
    public Value LogitsGradient { get; }

    /// <summary>[experts, hidden]: receives the gradient in 32 bits; a <see cref="StoreVectorGradient"/> puts it where gradients lie.</summary>
    public Value Sums { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [LogitsGradient, Forward.Input];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Sums];

    /// <inheritdoc/>
    public override double Flops => Forward.OnePass;

    /// <inheritdoc/>
    public override bool IsWeightGradient => true;
}
