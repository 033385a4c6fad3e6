namespace Colossus.Plan.Programs.Operations;

/// <summary>Reads something of each token of the micro-batch: its id, the one that follows, where its document begins.</summary>
/// <param name="tokens">[tokens, 1].</param>
/// <param name="field">What is read.</param>
/// <param name="rows">Which tokens the rows are.</param>
public sealed class ReadTokens(Value tokens, TokenField field, TokenRows rows) : Operation
{
    /// <summary>Receives it.</summary>
    public Value Tokens { get; } = tokens;

    /// <summary>What is read.</summary>
    public TokenField Field { get; } = field;

    /// <summary>Which tokens its rows are.</summary>
    public TokenRows Rows { get; } = rows;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Tokens];

    /// <inheritdoc/>
    public override bool CanRepeat => false;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        // Tokens have no gradient.
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new ReadTokens(map.Of(Tokens), Field, map.Of(Rows, Tokens));
    }
}
