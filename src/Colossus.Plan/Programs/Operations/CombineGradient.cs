namespace Colossus.Plan.Programs.Operations;

/// <summary>Gradients of a <see cref="Combine"/>: of a row the token's, times its weight; of a weight the product of the two.</summary>
/// <param name="forward">The operation of the forward pass.</param>
/// <param name="outputGradient">[tokens, hidden].</param>
/// <param name="rowsGradient">[visits, hidden], overwritten.</param>
/// <param name="weightsGradient">[tokens, active], overwritten; 0 where a visit has no row.</param>
public sealed class CombineGradient(Combine forward, Value outputGradient, Value rowsGradient, Value weightsGradient) : Operation
{
    /// <summary>The operation of the forward pass.</summary>
    public Combine Forward { get; } = forward;

    /// <summary>Gradient of its output.</summary>
    public Value OutputGradient { get; } = outputGradient;

    /// <summary>Receives the gradient of the rows.</summary>
    public Value RowsGradient { get; } = rowsGradient;

    /// <summary>Receives the gradient of the weights.</summary>
    public Value WeightsGradient { get; } = weightsGradient;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [OutputGradient, Forward.Rows, Forward.Routing.Places, Forward.Routing.Weights];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [RowsGradient, WeightsGradient];
}
