namespace Colossus.Specs.Jobs;

/// <summary>A decoder-only transformer: RMSNorm, rotary positions, grouped-query attention, a feed-forward part that is dense or a mixture of experts.</summary>
/// <param name="Layers">Number of blocks, 1 or more.</param>
/// <param name="Hidden">Width of the residual stream, a multiple of <paramref name="Heads"/> unless the file gives <paramref name="HeadWidth"/>.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads, a divisor of <paramref name="Heads"/>; default: as many.</param>
/// <param name="HeadWidth">Width of one head, even (rotary positions turn pairs); default: <c>hidden / heads</c>.</param>
/// <param name="Ffn">Inner width of the feed-forward part; default: 8/3 of <paramref name="Hidden"/> rounded up to 64 for the gated activations, 4 times it for the others.</param>
/// <param name="Activation">Its non-linearity; default <see cref="Activation.SwiGlu"/>.</param>
/// <param name="Vocab">Number of token ids; default: the tokenizer's.</param>
/// <param name="Sequence">Tokens of one sample; default 256.</param>
/// <param name="TiedHead">Whether the output head is the embedding's own matrix; default false.</param>
/// <param name="RopeBase">Base of the rotary angles; default 10,000.</param>
/// <param name="NormEpsilon">Added to the mean square in RMSNorm; default 1e-5.</param>
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
    /// <summary>Stands in a job that runs somebody else's program: there is no model.</summary>
    public static ModelSpec None { get; } = new(0, 0, 0, 0, 0, 0, Activation.SwiGlu, 0, 0);
}
