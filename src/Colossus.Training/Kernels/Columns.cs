namespace Colossus.Training.Kernels;

/// <summary>Columns of packed rows.</summary>
internal static unsafe class Columns
{
    private const int RowsPerBlock = 64;

    /// <summary>Copies columns that lie side by side.</summary>
    /// <param name="source">The first of them in the first row.</param>
    /// <param name="sourceStride">Elements from one row to the next.</param>
    /// <param name="target">Where the first of them goes.</param>
    /// <param name="targetStride">Elements from one row of the target to the next.</param>
    /// <param name="width">Columns.</param>
    public static void Copy<T>(T* source, int sourceStride, T* target, int targetStride, int rows, int width)
        where T : unmanaged, IElement<T> =>
        KernelThreads.For((rows + RowsPerBlock - 1) / RowsPerBlock, new Body<T>(source, sourceStride, target, targetStride, rows, width));

    private readonly struct Body<T>(T* source, int sourceStride, T* target, int targetStride, int rows, int width) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* source = source;
        private readonly int sourceStride = sourceStride;
        private readonly T* target = target;
        private readonly int targetStride = targetStride;
        private readonly int rows = rows;
        private readonly int width = width;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                Flat.Convert(source + ((long)row * sourceStride), target + ((long)row * targetStride), width);
            }
        }
    }
}
