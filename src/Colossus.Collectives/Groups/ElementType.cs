namespace Colossus.Collectives;

/// <summary>Number format of the elements of a reduction.</summary>
public enum ElementType
{
    /// <summary>32-bit IEEE 754, 4 bytes.</summary>
    Float32,

    /// <summary>bfloat16, 2 bytes: widened exactly and summed in 32 bits.</summary>
    BFloat16,

    /// <summary>64-bit integer, 8 bytes: numbers in <see cref="FixedPoint"/>.</summary>
    Int64,
}
