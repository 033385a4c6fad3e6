namespace Colossus.Plan.Programs.Operations;

/// <summary>
/// Gradient of the logits of a <see cref="Route"/>, with those of the losses that a router has of its own: the load-balancing loss and the z-loss of the micro-batch.
/// They are part of the gradient and not of the loss that is told.
/// </summary>
/// <remarks>
/// Balance: count · Σₑ fₑ · pₑ with fₑ the share of visits that expert e got and pₑ the mean of its score over tokens, scores of a token adding up to 1 (arXiv 2101.03961, equation 4; with several
/// experts a token arXiv 2412.19437, equation 17). Z-loss: the mean of the square of log Σ exp over the logits (arXiv 2202.08906, equation 5).
/// </remarks>
/// <param name="forward">The operation of the forward pass.</param>
/// <param name="weightsGradient">[tokens, active].</param>
/// <param name="logitsGradient">[tokens, experts], overwritten.</param>
public sealed class RouteGradient(Route forward, Value weightsGradient, Value logitsGradient) : Operation
{
    /// <summary>The operation of the forward pass.</summary>
    public Route Forward { get; } = forward;

    /// <summary>Gradient of the weights of the experts.</summary>
    public Value WeightsGradient { get; } = weightsGradient;

    /// <summary>Receives the gradient of the logits.</summary>
    public Value LogitsGradient { get; } = logitsGradient;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [WeightsGradient, Forward.Logits, Forward.Routing.Choices, Forward.LoadsOfAll];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [LogitsGradient];
}
