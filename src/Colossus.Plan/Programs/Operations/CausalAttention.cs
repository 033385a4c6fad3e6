namespace Colossus.Plan.Programs.Operations;

/// <summary>softmax(cap(scale · q kᵀ)) v over the tokens up to each position, or those of its document alone, with grouped queries; scores are not kept (arXiv 2205.14135).</summary>
/// <param name="queriesKeysValues">[tokens, queries | keys | values]; queries alone where <paramref name="allKeysValues"/> are there.</param>
/// <param name="allKeysValues">[tokens of whole sequences, keys | values], where ranks share each sequence; null where <paramref name="queriesKeysValues"/> has them.</param>
/// <param name="firstVisible">[tokens of whole sequences, 1]: the first position of its sequence that each token sees; null where all see the first.</param>
/// <param name="output">[tokens, heads].</param>
/// <param name="logSumExp">[tokens, heads in number]; the gradient wants it.</param>
/// <param name="geometry">Sizes.</param>
public sealed class CausalAttention(Value queriesKeysValues, Value? allKeysValues, Value? firstVisible, Value output, Value logSumExp, AttentionGeometry geometry) : Operation
{
    /// <summary>Queries, keys and values side by side, or queries alone.</summary>
    public Value QueriesKeysValues { get; } = queriesKeysValues;

    /// <summary>Keys and values of whole sequences; null where <see cref="QueriesKeysValues"/> has them.</summary>
    public Value? AllKeysValues { get; } = allKeysValues;

    /// <summary>The first position that each token sees; null where all see the first.</summary>
    public Value? FirstVisible { get; } = firstVisible;

    /// <summary>Receives the result.</summary>
    public Value Output { get; } = output;

    /// <summary>Receives the logarithm of each row's sum of exponentials.</summary>
    public Value LogSumExp { get; } = logSumExp;

    /// <summary>Sizes.</summary>
    public AttentionGeometry Geometry { get; } = geometry;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [.. new[] { QueriesKeysValues, AllKeysValues, FirstVisible }.OfType<Value>()];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Output, LogSumExp];

    /// <summary>Scores and their product with the values, the half below the diagonal of the full square; of documents at most: what they leave out is known when they are read.</summary>
    public override double Flops => Geometry.FlopsOf(Geometry.Visible);

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value outputGradient = backward.Of(Output);
        (Value gradient, _) = backward.Into(QueriesKeysValues);
        Value? gradientOfAll = AllKeysValues is null ? null : backward.Into(AllKeysValues).Gradient;
        backward.Add(new CausalAttentionGradient(this, outputGradient, gradient, gradientOfAll));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new CausalAttention(map.Of(QueriesKeysValues), AllKeysValues is null ? null : map.Of(AllKeysValues), FirstVisible is null ? null : map.Of(FirstVisible), map.Of(Output), map.Of(LogSumExp), map.Of(Geometry));
    }
}
