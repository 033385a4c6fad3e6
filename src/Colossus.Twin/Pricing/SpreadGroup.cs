namespace Colossus.Twin.Pricing;

/// <summary>Runs whose predictions are about equally sure.</summary>
public enum SpreadGroup
{
    /// <summary>One node, software before flash attention: bound by launches on the host.</summary>
    SingleClassic,

    /// <summary>One node, newer software, dense model.</summary>
    Single,

    /// <summary>Several nodes, dense model, 16-bit or wider products.</summary>
    MultiWide,

    /// <summary>Several nodes, dense model, 8-bit or 4-bit products.</summary>
    MultiNarrow,

    /// <summary>Mixture of experts, on any number of nodes: the same step on the same machine takes half as long one release of the software later.</summary>
    Experts,
}
