namespace Colossus.Checkpoints.Safetensors;

/// <summary>Width and spelling of each <see cref="TensorType"/>.</summary>
public static class TensorTypes
{
    /// <summary>Bytes of one element, 1 to 8.</summary>
    /// <param name="type">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a member of the enumeration.</exception>
    public static int Width(this TensorType type) => type switch
    {
        TensorType.F64 or TensorType.I64 or TensorType.U64 => 8,
        TensorType.F32 or TensorType.I32 or TensorType.U32 => 4,
        TensorType.F16 or TensorType.BF16 or TensorType.I16 or TensorType.U16 => 2,
        TensorType.F8E4M3 or TensorType.F8E5M2 or TensorType.I8 or TensorType.U8 or TensorType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an element type"),
    };

    /// <summary>The spelling in a safetensors header, such as <c>F32</c> or <c>F8_E4M3</c>.</summary>
    /// <param name="type">The element type.</param>
    public static string Spelling(this TensorType type) => type switch
    {
        TensorType.F8E4M3 => "F8_E4M3",
        TensorType.F8E5M2 => "F8_E5M2",
        TensorType.Bool => "BOOL",
        _ => type.ToString(),
    };

    /// <summary>Finds the type with a spelling; upper and lower case differ.</summary>
    /// <param name="spelling">Text of a header.</param>
    /// <param name="type">The type found.</param>
    /// <returns>False when there is none of that spelling.</returns>
    public static bool TryParse(string? spelling, out TensorType type)
    {
        foreach (TensorType candidate in Enum.GetValues<TensorType>())
        {
            if (candidate.Spelling() == spelling)
            {
                type = candidate;
                return true;
            }
        }

        type = default;
        return false;
    }

    /// <summary>Number of elements of a shape: the product of its dims, 1 for a scalar.</summary>
    /// <param name="shape">Dims, each 0 or more.</param>
    /// <param name="count">The product.</param>
    /// <returns>False when a dim is negative or the product does not fit 63 bits.</returns>
    internal static bool TryCount(IReadOnlyList<long> shape, out long count)
    {
        count = 1;
        for (int dim = 0; dim < shape.Count; dim++)
        {
            long size = shape[dim];
            if (size < 0 || (UInt128)(ulong)count * (ulong)size > long.MaxValue)
            {
                count = 0;
                return false;
            }

            count *= size;
        }

        return true;
    }

    /// <summary>Bytes of a whole tensor, as <see cref="TryCount"/> with the element's width.</summary>
    internal static bool TryBytes(TensorType type, IReadOnlyList<long> shape, out long bytes)
    {
        bytes = 0;
        if (!TryCount(shape, out long count) || count > long.MaxValue / type.Width())
        {
            return false;
        }

        bytes = count * type.Width();
        return true;
    }
}
