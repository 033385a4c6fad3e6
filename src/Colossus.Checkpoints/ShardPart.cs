using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints;

/// <summary>Rows of a tensor that one rank writes.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dims of the whole tensor, each 1 or more; empty for a scalar, which counts as one row.</param>
/// <param name="RowStart">First row (index of dim 0), 0 or more.</param>
/// <param name="RowCount">Rows, 1 or more.</param>
/// <param name="Bytes">The rows' content, row-major.</param>
public sealed record ShardPart(string Name, TensorType Type, IReadOnlyList<long> Shape, long RowStart, long RowCount, TensorBytes Bytes)
{
    /// <summary>A tensor as a whole.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Its dims.</param>
    /// <param name="bytes">Its content.</param>
    public static ShardPart Whole(string name, TensorType type, IReadOnlyList<long> shape, TensorBytes bytes) =>
        new(name, type, shape, 0, shape.Count == 0 ? 1 : shape[0], bytes);

    /// <summary>The part's place in manifest and file.</summary>
    /// <exception cref="ArgumentException">The rows lie outside of the tensor.</exception>
    internal ShardSlice ToSlice()
    {
        long rows = Shape.Count == 0 ? 1 : Shape[0];
        if (RowCount < 1 || RowStart < 0 || RowStart > rows - RowCount)
        {
            throw new ArgumentException($"Rows {RowStart} to {RowStart + RowCount} lie outside of {Name} with {rows} rows.");
        }

        bool whole = RowCount == rows;
        long[] start = new long[Shape.Count];
        long[] shape = [.. Shape];
        if (!whole)
        {
            start[0] = RowStart;
            shape[0] = RowCount;
        }

        return new ShardSlice(Name, Type, Shape, whole ? Name : $"{Name}#{RowStart}", start, shape);
    }
}
