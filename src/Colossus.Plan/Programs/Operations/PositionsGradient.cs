namespace Colossus.Plan.Programs.Operations;

/// <summary>dTable[position] = Σ over sequences of the stream's gradient there, in the order of the sequences: the gradient of <see cref="AddPositions"/>.</summary>
/// <param name="streamGradient">[tokens, hidden].</param>
/// <param name="table">[positions of a sequence, hidden].</param>
/// <param name="rows">Which tokens the rows are.</param>
public sealed class PositionsGradient(Value streamGradient, Weight table, TokenRows rows) : Operation
{
    /// <summary>Gradient of the stream.</summary>
    public Value StreamGradient { get; } = streamGradient;

    /// <summary>The weight whose gradient is written.</summary>
    public Weight Table { get; } = table;

    /// <summary>Which tokens its rows are.</summary>
    public TokenRows Rows { get; } = rows;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [StreamGradient];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Gradients => [Table];

    /// <inheritdoc/>
    public override bool IsWeightGradient => true;
}
