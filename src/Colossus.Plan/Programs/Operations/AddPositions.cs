namespace Colossus.Plan.Programs.Operations;

/// <summary>stream[row] += table[position of row], in place: learned positions.</summary>
/// <param name="stream">[tokens, hidden], sequence after sequence; nothing may have read it before.</param>
/// <param name="table">[positions of a sequence, hidden].</param>
/// <param name="rows">Which tokens the rows are.</param>
public sealed class AddPositions(Value stream, Weight table, TokenRows rows) : Operation
{
    /// <summary>What is added to.</summary>
    public Value Stream { get; } = stream;

    /// <summary>One row a position.</summary>
    public Weight Table { get; } = table;

    /// <summary>Which tokens its rows are.</summary>
    public TokenRows Rows { get; } = rows;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Stream];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Stream];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => [Table];

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        backward.Add(new PositionsGradient(backward.Of(Stream), Table, Rows));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new AddPositions(map.Of(Stream), map.Of(Table), map.Of(Rows, Stream));
    }
}
