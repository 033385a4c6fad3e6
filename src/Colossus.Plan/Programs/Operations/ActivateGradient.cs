namespace Colossus.Plan.Programs.Operations;

/// <summary>Gradient of <see cref="Activate"/>.</summary>
/// <param name="forward">The operation of the forward pass.</param>
/// <param name="outputGradient">[tokens, ffn].</param>
/// <param name="inputGradient">Shape of its input, overwritten.</param>
public sealed class ActivateGradient(Activate forward, Value outputGradient, Value inputGradient) : Operation
{
    /// <summary>The operation of the forward pass.</summary>
    public Activate Forward { get; } = forward;

    /// <summary>Gradient of its output.</summary>
    public Value OutputGradient { get; } = outputGradient;

    /// <summary>Receives the gradient of its input.</summary>
    public Value InputGradient { get; } = inputGradient;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [OutputGradient, .. Forward.Reads];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [InputGradient];
}
