namespace Colossus.Plan.Programs.Operations;

/// <summary>output[row] = table[tokens[row]].</summary>
/// <param name="tokens">[tokens, 1].</param>
/// <param name="table">[vocab, hidden].</param>
/// <param name="output">[tokens, hidden].</param>
public sealed class EmbeddingLookup(Value tokens, Weight table, Value output) : Operation
{
    /// <summary>Token ids.</summary>
    public Value Tokens { get; } = tokens;

    /// <summary>One row a token id.</summary>
    public Weight Table { get; } = table;

    /// <summary>Receives the rows.</summary>
    public Value Output { get; } = output;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Tokens];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Output];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => [Table];

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        backward.Add(new EmbeddingGradient(Tokens, backward.Of(Output), Table));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new EmbeddingLookup(map.Of(Tokens), map.Of(Table), map.Of(Output));
    }
}
