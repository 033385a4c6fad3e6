namespace Colossus.Specs.Jobs;

/// <summary>A mixture of experts in place of the dense feed-forward part. What each key means stands in docs/models.md.</summary>
/// <param name="Count">Experts a layer.</param>
/// <param name="Active">Experts that a token visits, at most <paramref name="Count"/>.</param>
/// <param name="Shared">Experts that every token visits besides; default 0.</param>
/// <param name="Ffn">Inner width of one expert; default: the model's <c>ffn</c>.</param>
public sealed record ExpertsSpec(int Count, int Active, int Shared, int Ffn)
{
    /// <summary>How the router's logits become scores; default <see cref="RouterKind.Softmax"/>.</summary>
    public RouterKind Router { get; init; }

    /// <summary>Whether the scores of the chosen experts are divided by their sum, as in Mixtral and Qwen3; grok-1 keeps them as they are. Default true.</summary>
    public bool Renormalize { get; init; } = true;

    /// <summary>Factor on the weights of the chosen experts; more than 0, default 1.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Groups of neighbouring experts, a divisor of <see cref="Count"/>; default 1.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Groups from which a token's experts are chosen, those with the highest sum of their two best scores (arXiv 2412.19437); 1 to <see cref="Groups"/>, default 1.</summary>
    public int ActiveGroups { get; init; } = 1;

    /// <summary>Layers at the start that keep a dense feed-forward part; less than the model's layers, default 0.</summary>
    public int DenseLayers { get; init; }

    /// <summary>Tokens that an expert takes of a micro-batch at most, as a multiple of an even share; what is beyond is dropped. 0 for no limit, the default.</summary>
    public double Capacity { get; init; }

    /// <summary>Coefficient of the load-balancing loss, which is 1 when all experts have the same load; 0 for none, default 0.01 (arXiv 2101.03961).</summary>
    public double BalanceLoss { get; init; } = 0.01;

    /// <summary>Coefficient of the mean square of the logarithm of the router's sum of exponentials; 0 for none, default 0.001 (arXiv 2202.08906).</summary>
    public double ZLoss { get; init; } = 0.001;

    /// <summary>What a step adds to, or takes from, the bias with which an expert is chosen, so that loads become equal (arXiv 2408.15664); 0 for no bias, the default.</summary>
    public double BiasRate { get; init; }
}
