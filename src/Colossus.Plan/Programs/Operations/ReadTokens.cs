namespace Colossus.Plan.Programs.Operations;

/// <summary>Reads token ids of the micro-batch: its inputs, or the token that follows at each place.</summary>
/// <param name="tokens">[tokens, 1].</param>
/// <param name="targets">Whether the following tokens are read.</param>
public sealed class ReadTokens(Value tokens, bool targets) : Operation
{
    /// <summary>Receives the ids.</summary>
    public Value Tokens { get; } = tokens;

    /// <summary>Whether the following tokens are read.</summary>
    public bool Targets { get; } = targets;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Tokens];

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        // Tokens have no gradient.
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new ReadTokens(map.Of(Tokens), Targets);
    }
}
