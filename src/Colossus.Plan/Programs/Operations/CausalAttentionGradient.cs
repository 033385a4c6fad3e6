namespace Colossus.Plan.Programs.Operations;

/// <summary>Gradient of <see cref="CausalAttention"/>; scores are made again from what it kept.</summary>
/// <param name="forward">The operation of the forward pass.</param>
/// <param name="outputGradient">[tokens, heads].</param>
/// <param name="inputGradient">[tokens, queries | keys | values], overwritten.</param>
public sealed class CausalAttentionGradient(CausalAttention forward, Value outputGradient, Value inputGradient) : Operation
{
    /// <summary>The operation of the forward pass.</summary>
    public CausalAttention Forward { get; } = forward;

    /// <summary>Gradient of its output.</summary>
    public Value OutputGradient { get; } = outputGradient;

    /// <summary>Receives the gradient of queries, keys and values.</summary>
    public Value InputGradient { get; } = inputGradient;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [OutputGradient, Forward.QueriesKeysValues, Forward.Output, Forward.LogSumExp];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [InputGradient];

    /// <summary>Twice the forward pass; the scores that are made again are not counted, as in arXiv 2204.02311.</summary>
    public override double Flops => 2 * Forward.OnePass;
}
