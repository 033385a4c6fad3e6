
namespace Colossus.Training.Kernels;

/// <summary>A vector that is added to every row, and its gradient.</summary>
internal static unsafe class Bias
{
    // Rows of one block of work. Gradients are summed within blocks, then over blocks: the order never depends on threads.
    private const int RowsPerBlock = 64;

    /// <summary>rows[i] += bias, over some columns of wider rows.</summary>
    /// <param name="rows">First element of the columns in the first row; added to.</param>
    /// <param name="bias">[columns].</param>
    /// <param name="stride">Elements from row to row.</param>
    public static void Add<T, TBias>(T* rows, TBias* bias, int count, int columns, int stride)
        where T : unmanaged, IElement<T>
        where TBias : unmanaged, IElement<TBias> =>
        KernelThreads.For(Blocks(count), new AddBody<T, TBias>(rows, bias, count, columns, stride));

    /// <summary>sums = Σ over rows.</summary>
    /// <param name="rows">[count, width].</param>
    /// <param name="sums">[width], written.</param>
    public static void SumRows<T>(T* rows, float* sums, int count, int width)
        where T : unmanaged, IElement<T>
    {
        int blocks = Blocks(count);
        float* partial = ThreadScratch.Begin((long)blocks * width * sizeof(float)).Take<float>((long)blocks * width);
        KernelThreads.For(blocks, new SumBody<T>(rows, partial, count, width));
        Flat.Zero(sums, width);
        for (int block = 0; block < blocks; block++)
        {
            Flat.Add((F32*)sums, (F32*)(partial + ((long)block * width)), width);
        }
    }

    private static int Blocks(int rows) => (rows + RowsPerBlock - 1) / RowsPerBlock;

    private readonly struct AddBody<T, TBias>(T* rows, TBias* bias, int count, int columns, int stride) : IKernelBody
        where T : unmanaged, IElement<T>
        where TBias : unmanaged, IElement<TBias>
    {
        private readonly T* rows = rows;
        private readonly TBias* bias = bias;
        private readonly int count = count;
        private readonly int columns = columns;
        private readonly int stride = stride;

        public void Run(int item)
        {
            int end = Math.Min(count, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                Flat.Add(rows + ((long)row * stride), bias, columns);
            }
        }
    }

    private readonly struct SumBody<T>(T* rows, float* partial, int count, int width) : IKernelBody
        where T : unmanaged, IElement<T>
    {
        private readonly T* rows = rows;
        private readonly float* partial = partial;
        private readonly int count = count;
        private readonly int width = width;

        public void Run(int item)
        {
            float* sums = partial + ((long)item * width);
            Flat.Zero(sums, width);
            int end = Math.Min(count, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                Flat.Add((F32*)sums, rows + ((long)row * width), width);
            }
        }
    }
}
