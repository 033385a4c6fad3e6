namespace Colossus.Training.Kernels;

/// <summary>Rows of heads side by side, in memory that may hold other things between them.</summary>
/// <param name="data">The first head of the first row.</param>
/// <param name="stride">Elements from one row to the next.</param>
internal readonly unsafe struct HeadRows<T>(T* data, int stride)
    where T : unmanaged
{
    private readonly T* data = data;

    /// <summary>Elements from one row to the next.</summary>
    public int Stride { get; } = stride;

    /// <summary>A head of a row.</summary>
    /// <param name="row">The row, over all samples.</param>
    /// <param name="head">The head.</param>
    /// <param name="width">Elements of a head.</param>
    public T* At(long row, int head, int width) => data + (row * Stride) + ((long)head * width);
}
