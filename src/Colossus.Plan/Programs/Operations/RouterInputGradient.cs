namespace Colossus.Plan.Programs.Operations;

/// <summary>inputGradient = logitsGradient · W of a <see cref="RouterLogits"/>.</summary>
/// <param name="forward">The operation of the forward pass.</param>
/// <param name="logitsGradient">[tokens, experts].</param>
/// <param name="inputGradient">[tokens, hidden].</param>
/// <param name="accumulate">Whether <paramref name="inputGradient"/> is added to.</param>
public sealed class RouterInputGradient(RouterLogits forward, Value logitsGradient, Value inputGradient, bool accumulate) : Operation
{
    /// <summary>The operation of the forward pass.</summary>
    public RouterLogits Forward { get; } = forward;

    /// <summary>Gradient of the logits.</summary>
    public Value LogitsGradient { get; } = logitsGradient;

    /// <summary>Receives the gradient of its input.</summary>
    public Value InputGradient { get; } = inputGradient;

    /// <summary>Whether <see cref="InputGradient"/> is added to.</summary>
    public bool Accumulate { get; } = accumulate;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => Accumulate ? [LogitsGradient, InputGradient] : [LogitsGradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [InputGradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => Forward.Weights;

    /// <inheritdoc/>
    public override double Flops => Forward.OnePass;
}
