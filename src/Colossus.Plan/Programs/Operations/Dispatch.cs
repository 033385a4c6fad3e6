namespace Colossus.Plan.Programs.Operations;

/// <summary>rows[i] = input[token of row i]: the rows of each expert, one behind the other.</summary>
/// <param name="input">[tokens, hidden].</param>
/// <param name="routing">Where tokens go.</param>
/// <param name="rows">[visits, hidden].</param>
public sealed class Dispatch(Value input, Routing routing, Value rows) : Operation
{
    /// <summary>What experts read.</summary>
    public Value Input { get; } = input;

    /// <summary>Where tokens go.</summary>
    public Routing Routing { get; } = routing;

    /// <summary>Receives the rows.</summary>
    public Value Rows { get; } = rows;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Input, Routing.Sources, Routing.Counts];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Rows];

    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        Value rowsGradient = backward.Of(Rows);
        (Value inputGradient, bool accumulate) = backward.Into(Input);
        backward.Add(new DispatchGradient(this, rowsGradient, inputGradient, accumulate));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Dispatch(map.Of(Input), map.Of(Routing), map.Of(Rows));
    }
}
