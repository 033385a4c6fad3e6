namespace Colossus.Plan.Programs.Operations;

/// <summary>
/// How many visits each expert got beyond an even share: what moves the bias of a <see cref="Route"/>. It takes the way of a gradient, so that it is summed over micro-batches and replicas,
/// the norm leaves it out, and the optimizer looks at its sign alone.
/// </summary>
/// <param name="route">The operation of the forward pass; it has a bias.</param>
public sealed class LoadExcess(Route route) : Operation
{
    /// <summary>Factor on the excess, which brings visits into the range of gradients: exact sums have one scale for both. A power of two, 2⁻⁴⁰, so that nothing is rounded.</summary>
    public const float Factor = 1f / (1L << 40);

    /// <summary>The operation of the forward pass.</summary>
    public Route Route { get; } = route;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Route.Routing.Loads];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Gradients => Route.Weights;

    /// <inheritdoc/>
    public override bool IsWeightGradient => true;
}
