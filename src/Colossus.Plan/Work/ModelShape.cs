using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Work;

/// <summary>The sizes of a transformer that decide its work, traffic and memory.</summary>
/// <param name="Layers">Number of blocks.</param>
/// <param name="Hidden">Width of the residual stream.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads.</param>
/// <param name="HeadWidth">Width of one head.</param>
/// <param name="Ffn">Inner width of a dense feed-forward part.</param>
/// <param name="Gated">Whether the feed-forward part has a gate: three matrices instead of two.</param>
/// <param name="Vocab">Token ids.</param>
/// <param name="Sequence">Tokens of a sample.</param>
/// <param name="TiedHead">Whether the head is the embedding's matrix.</param>
/// <param name="Experts">The mixture of experts; null for a dense model.</param>
/// <param name="Latent">Latent attention; null for heads of their own.</param>
public sealed record ModelShape(
    int Layers,
    int Hidden,
    int Heads,
    int KvHeads,
    int HeadWidth,
    int Ffn,
    bool Gated,
    int Vocab,
    int Sequence,
    bool TiedHead = false,
    ExpertsSpec? Experts = null,
    LatentAttention? Latent = null)
{
    /// <summary>Vectors as wide as the residual stream in one norm: 1 (a scale), or 2 with a bias; default 1.</summary>
    public int NormVectors { get; init; } = 1;

    /// <summary>Whether a norm follows attention and the feed-forward part too; default false.</summary>
    public bool PostNorm { get; init; }

    /// <summary>Whether products of the layers have biases; default false.</summary>
    public bool Biases { get; init; }

    /// <summary>Whether queries and keys are normalized head by head; default false.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Whether each position of a sample has a trained vector; default false.</summary>
    public bool LearnedPositions { get; init; }

    /// <summary>Layers at the start that keep a dense feed-forward part in a model with experts.</summary>
    public int DenseLayers => Experts?.DenseLayers ?? 0;

    /// <summary>Matrices of a feed-forward part: 3 with a gate, else 2.</summary>
    public int FfnMatrices => Gated ? 3 : 2;

    /// <summary>Width over which a head's scores are summed.</summary>
    public int ScoreWidth => Latent?.ScoreWidth ?? HeadWidth;

    /// <summary>The sizes that decide which layouts it can be trained in.</summary>
    public ModelSizes Sizes => ModelSizes.From(Layers, Heads, KvHeads, Ffn, Sequence, Experts);

    /// <summary>Width of a head's values.</summary>
    public int ValueWidth => Latent?.ValueWidth ?? HeadWidth;

    /// <summary>The sizes of a job's model.</summary>
    /// <param name="model">The model.</param>
    public static ModelShape From(ModelSpec model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ModelShape(
            model.Layers, model.Hidden, model.Heads, model.KvHeads, model.HeadWidth, model.Ffn, model.Activation.IsGated(), model.Vocab, model.Sequence, model.TiedHead, model.Experts,
            model.Latent)
        {
            NormVectors = model.Norm == NormKind.LayerNorm ? 2 : 1,
            PostNorm = model.PostNorm,
            Biases = model.Biases,
            QueryKeyNorm = model.QueryKeyNorm,
            LearnedPositions = model.Positions == PositionKind.Learned,
        };
    }
}
