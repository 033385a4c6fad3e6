namespace Colossus.Plan.Programs.Operations;

/// <summary>output = Σ over the visits of a token of weight · row, or what is there plus that.</summary>
/// <param name="rows">[visits, hidden].</param>
/// <param name="routing">Where the rows of a token lie, and their weights.</param>
/// <param name="output">[tokens, hidden].</param>
/// <param name="adds">Whether <paramref name="output"/> is added to; nothing may have read it before.</param>
public sealed class Combine(Value rows, Routing routing, Value output, bool adds) : Operation
{
    /// <summary>Results of the experts.</summary>
    public Value Rows { get; } = rows;

    /// <summary>Where the rows of a token lie, and their weights.</summary>
    public Routing Routing { get; } = routing;

    /// <summary>Receives the result.</summary>
    public Value Output { get; } = output;

    /// <summary>Whether <see cref="Output"/> is added to.</summary>
    public bool Adds { get; } = adds;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => Adds ? [Rows, Routing.Places, Routing.Weights, Output] : [Rows, Routing.Places, Routing.Weights];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [Output];

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        (Value rowsGradient, _) = backward.Into(Rows);
        (Value weightsGradient, _) = backward.Into(Routing.Weights);
        backward.Add(new CombineGradient(this, backward.Of(Output), rowsGradient, weightsGradient));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Combine(map.Of(Rows), map.Of(Routing), map.Of(Output), Adds);
    }
}
