namespace Colossus.Plan.Work;

/// <summary>Which weight a matrix product belongs to.</summary>
public enum ProductKind
{
    /// <summary>Queries, keys and values in one product; of latent attention its first, narrow layers.</summary>
    AttentionIn,

    /// <summary>The second layers of latent attention.</summary>
    AttentionExpand,

    /// <summary>Output of the attention part.</summary>
    AttentionOut,

    /// <summary>Router of a mixture of experts.</summary>
    Router,

    /// <summary>First matrix (with its gate) of a feed-forward part.</summary>
    FfnIn,

    /// <summary>Second matrix of a feed-forward part.</summary>
    FfnOut,

    /// <summary>First matrix (with its gate) of the routed experts.</summary>
    ExpertIn,

    /// <summary>Second matrix of the routed experts.</summary>
    ExpertOut,

    /// <summary>Output head.</summary>
    Head,
}
