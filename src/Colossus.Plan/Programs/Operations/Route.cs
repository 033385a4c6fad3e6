namespace Colossus.Plan.Programs.Operations;

/// <summary>
/// Chooses the experts of each token and sorts the visits by expert: scores of all experts, the best of them, their weights.
/// Sorting is stable, so the result depends on nothing but the logits.
/// </summary>
/// <remarks>
/// Softmax over all experts, then the best, as in grok-1 (xai-org/grok-1 <c>model.py</c>) and Mixtral (arXiv 2401.04088); sigmoid, a bias that counts for the choice alone, and groups as in DeepSeek-V3
/// (arXiv 2412.19437, section 2.1.2). Of equal scores the lower index is better.
/// </remarks>
/// <param name="layer">Index of the layer.</param>
/// <param name="logits">[tokens, experts].</param>
/// <param name="bias">[experts]: added to scores for the choice; null without one.</param>
/// <param name="routing">Receives the result.</param>
/// <param name="loadsOfAll">[ranks, experts]: loads of all ranks that share the micro-batch; by default this one has all of it.</param>
public sealed class Route(int layer, Value logits, Weight? bias, Routing routing, Value? loadsOfAll = null) : Operation
{
    /// <summary>Index of the layer, under which loads are told.</summary>
    public int Layer { get; } = layer;

    /// <summary>The router's logits.</summary>
    public Value Logits { get; } = logits;

    /// <summary>Added to scores for the choice; null without one.</summary>
    public Weight? Bias { get; } = bias;

    /// <summary>Receives the result.</summary>
    public Routing Routing { get; } = routing;

    /// <summary>[ranks, experts]: loads of all ranks that share the micro-batch, gathered when they are known; the router's own losses are those of the whole micro-batch.</summary>
    public Value LoadsOfAll { get; } = loadsOfAll ?? routing.Loads;

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Reads => [Logits];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Writes => Routing.Values;

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => Bias is null ? [] : [Bias];

    /// <inheritdoc/>
    public override bool CanRepeat => false;

    /// <inheritdoc/>
    public override void Derive(BackwardBuilder backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        if (Bias is not null)
        {
            backward.Add(new LoadExcess(this));
        }

        Value weightsGradient = backward.Of(Routing.Weights);
        (Value logitsGradient, _) = backward.Into(Logits);
        backward.Add(new RouteGradient(this, weightsGradient, logitsGradient));
    }

    /// <inheritdoc/>
    public override Operation Mapped(OperationMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Route(Layer, map.Of(Logits), Bias is null ? null : map.Of(Bias), map.Of(Routing));
    }
}
