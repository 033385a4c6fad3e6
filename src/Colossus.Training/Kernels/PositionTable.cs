namespace Colossus.Training.Kernels;

/// <summary>Learned positions. The gradient of their table is that of an embedding by position, <see cref="Embedding.ScatterAdd"/>.</summary>
internal static unsafe class PositionTable
{
    /// <summary>stream[row] += table[positions[row]].</summary>
    /// <param name="stream">[rows, width], added to.</param>
    /// <param name="table">[positions, width].</param>
    /// <param name="positions">[rows].</param>
    public static void Add<T>(T* stream, T* table, ReadOnlySpan<int> positions, int width)
        where T : unmanaged, IElement<T>
    {
        for (int row = 0; row < positions.Length; row++)
        {
            Flat.Add(stream + ((long)row * width), table + ((long)positions[row] * width), width);
        }
    }
}
