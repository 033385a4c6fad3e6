namespace Colossus.Plan.Programs.Operations;

/// <summary>dTable[tokens[row]] += dOutput[row]; rows of one id are summed in their order.</summary>
/// <param name="tokens">[tokens, 1].</param>
/// <param name="outputGradient">[tokens, hidden].</param>
/// <param name="table">[vocab, hidden].</param>
public sealed class EmbeddingGradient(Value tokens, Value outputGradient, Weight table) : Operation
{
    /// <summary>Token ids.</summary>
    public Value Tokens { get; } = tokens;

    /// <summary>Gradient of the rows.</summary>
    public Value OutputGradient { get; } = outputGradient;

    /// <summary>The weight whose gradient is written.</summary>
    public Weight Table { get; } = table;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Tokens, OutputGradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Gradients => [Table];

    /// <inheritdoc/>
    public override bool IsWeightGradient => true;
}
