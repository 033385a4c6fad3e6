namespace Colossus.Plan.Programs;

/// <summary>What an axis of a tensor counts. Parallelism divides dims, not operations: a rewrite for one axis of the rank grid looks at nothing else.</summary>
public enum Dim
{
    /// <summary>Tokens of a micro-batch: its sequences, one after the other.</summary>
    Token,

    /// <summary>The residual stream.</summary>
    Hidden,

    /// <summary>Query heads, each of the head width.</summary>
    Heads,

    /// <summary>Key or value heads, each of the head width.</summary>
    KvHeads,

    /// <summary>Inside of the feed-forward part.</summary>
    Ffn,

    /// <summary>Experts of a layer.</summary>
    Expert,

    /// <summary>Experts that one token visits.</summary>
    Active,

    /// <summary>Inside of one expert.</summary>
    ExpertFfn,

    /// <summary>Visits of tokens to experts: of a micro-batch its tokens, each as often as experts are active.</summary>
    Visit,

    /// <summary>Token ids.</summary>
    Vocab,

    /// <summary>Positions of a sequence.</summary>
    Position,

    /// <summary>Elements of one head.</summary>
    HeadWidth,

    /// <summary>A narrow layer of latent attention: that of queries, that of keys and values, and the rotary part that the keys of all heads share.</summary>
    Latent,

    /// <summary>Nothing that is divided: one element a row, or a few (statistics, token ids, losses), one row of sums over tokens, a row of each rank's counts, pieces of a bucket.</summary>
    One,
}
