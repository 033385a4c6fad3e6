namespace Colossus.Plan.Programs.Operations;

/// <summary>Gradient of <see cref="CausalAttention"/>; scores are made again from what it kept.</summary>
/// <param name="forward">The operation of the forward pass.</param>
/// <param name="outputGradient">[tokens, heads].</param>
/// <param name="inputGradient">[tokens, queries | keys | values], overwritten.</param>
/// <param name="gradientOfAll">Gradient of <see cref="CausalAttention.AllKeysValues"/>; null where there is none.</param>
public sealed class CausalAttentionGradient(CausalAttention forward, Value outputGradient, Value inputGradient, Value? gradientOfAll) : Operation
{
    /// <summary>The operation of the forward pass.</summary>
    public CausalAttention Forward { get; } = forward;

    /// <summary>Gradient of its output.</summary>
    public Value OutputGradient { get; } = outputGradient;

    /// <summary>Receives the gradient of queries, keys and values.</summary>
    public Value InputGradient { get; } = inputGradient;

    /// <summary>Receives the gradient of keys and values of whole sequences, of the queries here alone; null where they are part of <see cref="InputGradient"/>.</summary>
    public Value? GradientOfAll { get; } = gradientOfAll;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [OutputGradient, .. Forward.Reads, Forward.Output, Forward.LogSumExp];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => GradientOfAll is null ? [InputGradient] : [InputGradient, GradientOfAll];

    /// <summary>Twice the forward pass; the scores that are made again are not counted, as in arXiv 2204.02311.</summary>
    public override double Flops => 2 * Forward.Flops;
}
