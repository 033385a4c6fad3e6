namespace Colossus.Plan.Programs.Operations;

/// <summary>Adds the losses of all rows of a micro-batch to those that the backend keeps for the step.</summary>
/// <param name="losses">[tokens, 1], nats.</param>
public sealed class SumLosses(Value losses) : Operation
{
    /// <summary>The losses.</summary>
    public Value Losses { get; } = losses;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Losses];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [];
}
