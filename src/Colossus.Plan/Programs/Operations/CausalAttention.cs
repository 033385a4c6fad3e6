namespace Colossus.Plan.Programs.Operations;

/// <summary>softmax(cap(q kᵀ / √d)) v over the tokens up to each position, with grouped queries; scores are not kept (arXiv 2205.14135).</summary>
/// <param name="queriesKeysValues">[tokens, queries | keys | values].</param>
/// <param name="output">[tokens, heads].</param>
/// <param name="logSumExp">[tokens, heads in number]; the gradient wants it.</param>
/// <param name="geometry">Sizes.</param>
public sealed class CausalAttention(Value queriesKeysValues, Value output, Value logSumExp, AttentionGeometry geometry) : Operation
{
    /// <summary>Queries, keys and values side by side.</summary>
    public Value QueriesKeysValues { get; } = queriesKeysValues;

    /// <summary>Receives the result.</summary>
    public Value Output { get; } = output;

    /// <summary>Receives the logarithm of each row's sum of exponentials.</summary>
    public Value LogSumExp { get; } = logSumExp;

    /// <summary>Sizes.</summary>
    public AttentionGeometry Geometry { get; } = geometry;

    /// <summary>Operations of the forward pass: scores and their product with the values, the half below the diagonal of the full square.</summary>
    public double OnePass => 2.0 * Geometry.Sequences * Geometry.Sequence * Geometry.Sequence * Geometry.Heads * Geometry.HeadWidth;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [QueriesKeysValues];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Output, LogSumExp];

    /// <inheritdoc/>
    public override double Flops => OnePass;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value outputGradient = backward.Of(Output);
        (Value gradient, _) = backward.Into(QueriesKeysValues);
        backward.Add(new CausalAttentionGradient(this, outputGradient, gradient));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new CausalAttention(map.Of(QueriesKeysValues), map.Of(Output), map.Of(LogSumExp), map.Of(Geometry));
    }
}
