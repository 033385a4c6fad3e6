namespace Colossus.Collectives;

/// <summary>The element types that collectives sum. Sums are made in fp32, in the order of ranks, and rounded once.</summary>
public enum ElementType
{
    /// <summary>32-bit float.</summary>
    Float32,

    /// <summary>bf16.</summary>
    BFloat16,
}
