namespace Colossus.Plan.Programs.Operations;

/// <summary>Gradient of a <see cref="Dispatch"/>: of each token the sum over its visits.</summary>
/// <param name="forward">The operation of the forward pass.</param>
/// <param name="rowsGradient">[visits, hidden].</param>
/// <param name="inputGradient">[tokens, hidden].</param>
/// <param name="accumulate">Whether <paramref name="inputGradient"/> is added to.</param>
public sealed class DispatchGradient(Dispatch forward, Value rowsGradient, Value inputGradient, bool accumulate) : Operation
{
    /// <summary>The operation of the forward pass.</summary>
    public Dispatch Forward { get; } = forward;

    /// <summary>Gradient of the rows.</summary>
    public Value RowsGradient { get; } = rowsGradient;

    /// <summary>Receives the gradient of its input.</summary>
    public Value InputGradient { get; } = inputGradient;

    /// <summary>Whether <see cref="InputGradient"/> is added to.</summary>
    public bool Accumulate { get; } = accumulate;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => Accumulate ? [RowsGradient, Forward.Routing.Places, InputGradient] : [RowsGradient, Forward.Routing.Places];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [InputGradient];
}
