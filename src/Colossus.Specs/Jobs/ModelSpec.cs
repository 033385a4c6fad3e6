namespace Colossus.Specs.Jobs;

/// <summary>A decoder-only transformer: norms, grouped-query or latent attention, a feed-forward part that is dense or a mixture of experts. What each key means stands in docs/models.md.</summary>
/// <param name="Layers">Number of blocks, 1 or more.</param>
/// <param name="Hidden">Width of the residual stream, a multiple of <paramref name="Heads"/> unless the file gives <paramref name="HeadWidth"/>.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads, a divisor of <paramref name="Heads"/>; default: as many.</param>
/// <param name="HeadWidth">Width of one head (latent attention has widths of its own), even where positions are rotary (they turn pairs); default: <c>hidden / heads</c>.</param>
/// <param name="Ffn">Inner width of the feed-forward part; default: 8/3 of <paramref name="Hidden"/> rounded up to 64 for the gated activations, 4 times it for the others.</param>
/// <param name="Activation">Its non-linearity; default <see cref="Activation.SwiGlu"/>.</param>
/// <param name="Vocab">Number of token ids; default: the tokenizer's.</param>
/// <param name="Sequence">Tokens of one sample; default 256.</param>
/// <param name="TiedHead">Whether the output head is the embedding's own matrix; default false.</param>
/// <param name="RopeBase">Base of the rotary angles; default 10,000.</param>
/// <param name="NormEpsilon">Added to the mean square, or to the variance, before its root is taken; default 1e-5.</param>
/// <param name="Experts">The mixture of experts; null for a dense model.</param>
public sealed record ModelSpec(
    int Layers,
    int Hidden,
    int Heads,
    int KvHeads,
    int HeadWidth,
    int Ffn,
    Activation Activation,
    int Vocab,
    int Sequence,
    bool TiedHead = false,
    double RopeBase = 10_000,
    double NormEpsilon = 1e-5,
    ExpertsSpec? Experts = null)
{
    /// <summary>Kind of the norms; default <see cref="NormKind.RmsNorm"/>.</summary>
    public NormKind Norm { get; init; }

    /// <summary>Whether what attention and the feed-forward part add to the residual stream is normalized too, as in grok-1; default false.</summary>
    public bool PostNorm { get; init; }

    /// <summary>Whether products of the layers (not the output head) have biases, as in GPT-3; default false.</summary>
    public bool Biases { get; init; }

    /// <summary>How positions are known; default <see cref="PositionKind.Rotary"/>.</summary>
    public PositionKind Positions { get; init; }

    /// <summary>The share of a head that is turned by its position, its first elements; above 0 to 1, default 1; matters for rotary positions without latent attention only.</summary>
    public double RotaryShare { get; init; } = 1;

    /// <summary>Scaling of the rotary angles for longer contexts; null for none, the default.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Whether each head's query and key are normalized (RMSNorm with a scale, one for all heads) before they are turned, as in Qwen3; default false.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Latent attention in place of heads that are made from the residual stream; null for none, the default.</summary>
    public LatentAttention? Latent { get; init; }

    /// <summary>Attention scores x become cap · tanh(x / cap), as in grok-1 with 30; 0 for none, the default.</summary>
    public double ScoreCap { get; init; }

    /// <summary>Factor on the embedding, learned positions included; more than 0, default 1.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>Factor on the logits; more than 0, default 1.</summary>
    public double LogitScale { get; init; } = 1;

    /// <summary>Width of a head of queries and keys, over which scores are summed.</summary>
    public int ScoreWidth => Latent?.ScoreWidth ?? HeadWidth;

    /// <summary>Width of a head of values.</summary>
    public int ValueWidth => Latent?.ValueWidth ?? HeadWidth;

    /// <summary>Elements of a head of queries and keys that are turned by their position; 0 where positions are learned.</summary>
    public int RotaryWidth => Positions == PositionKind.Learned ? 0 : Latent?.RotaryWidth ?? (int)Math.Round(HeadWidth * RotaryShare);

    /// <summary>Factor on the products of queries and keys that makes scores of them: 1 / √width, and what scaled rotary positions multiply it by.</summary>
    public double ScoreScale => (Positions == PositionKind.Rotary ? RopeScaling?.ScoreFactor ?? 1 : 1) / Math.Sqrt(ScoreWidth);

    /// <summary>Stands in a job that runs somebody else's program: there is no model.</summary>
    public static ModelSpec None { get; } = new(0, 0, 0, 0, 0, 0, Activation.SwiGlu, 0, 0);
}
