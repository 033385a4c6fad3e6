namespace Colossus.Training.Kernels;

/// <summary>RMSNorm of each query head and each key head of packed rows, with one scale for all heads of a kind; value heads pass through.</summary>
internal static unsafe class HeadNorm
{
    // Rows of one block of work. Gradients of scales are summed within blocks, then over blocks: the order never depends on threads.
    private const int RowsPerBlock = 64;

    /// <summary>Normalizes rows.</summary>
    /// <param name="x">[rows, (heads + 2 kvHeads) · headWidth]: query heads, key heads, value heads.</param>
    /// <param name="queryScale">[headWidth].</param>
    /// <param name="keyScale">[headWidth].</param>
    /// <param name="y">The shape of <paramref name="x"/>, written.</param>
    /// <param name="inverseRms">[rows, heads + kvHeads], written; the backward pass wants it.</param>
    /// <param name="shape">Heads and their width.</param>
    public static void Forward<T, TW>(T* x, TW* queryScale, TW* keyScale, T* y, float* inverseRms, int rows, AttentionShape shape, float epsilon)
        where T : unmanaged, IElement<T>
        where TW : unmanaged, IElement<TW> =>
        KernelThreads.For(Blocks(rows), new ForwardBody<T, TW>(x, queryScale, keyScale, y, inverseRms, rows, shape, epsilon));

    /// <summary>Gradients of the input and of the scales.</summary>
    /// <param name="dy">The shape of <paramref name="x"/>.</param>
    /// <param name="x">The input.</param>
    /// <param name="inverseRms">From the forward pass.</param>
    /// <param name="dx">The shape of <paramref name="x"/>, written.</param>
    /// <param name="dScales">[2 · headWidth]: that of queries, then that of keys; written.</param>
    public static void Backward<T, TW>(T* dy, T* x, TW* queryScale, TW* keyScale, float* inverseRms, T* dx, float* dScales, int rows, AttentionShape shape)
        where T : unmanaged, IElement<T>
        where TW : unmanaged, IElement<TW>
    {
        int blocks = Blocks(rows);
        int width = 2 * shape.HeadWidth;
        float* partial = ThreadScratch.Begin((long)blocks * width * sizeof(float)).Take<float>((long)blocks * width);
        KernelThreads.For(blocks, new BackwardBody<T, TW>(dy, x, queryScale, keyScale, inverseRms, dx, partial, rows, shape));
        Flat.Zero(dScales, width);
        for (int block = 0; block < blocks; block++)
        {
            Flat.Add((F32*)dScales, (F32*)(partial + ((long)block * width)), width);
        }
    }

    private static int Blocks(int rows) => (rows + RowsPerBlock - 1) / RowsPerBlock;

    private readonly struct ForwardBody<T, TW>(T* x, TW* queryScale, TW* keyScale, T* y, float* inverseRms, int rows, AttentionShape shape, float epsilon) : IKernelBody
        where T : unmanaged, IElement<T>
        where TW : unmanaged, IElement<TW>
    {
        private readonly T* x = x;
        private readonly TW* queryScale = queryScale;
        private readonly TW* keyScale = keyScale;
        private readonly T* y = y;
        private readonly float* inverseRms = inverseRms;
        private readonly int rows = rows;
        private readonly AttentionShape shape = shape;
        private readonly float epsilon = epsilon;

        public void Run(int item)
        {
            int width = shape.HeadWidth;
            int normed = shape.Heads + shape.KvHeads;
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                long start = (long)row * (normed + shape.KvHeads) * width;
                for (int head = 0; head < normed; head++)
                {
                    T* from = x + start + (head * width);
                    float inverse = 1f / MathF.Sqrt((RmsNorm.SquaresOfRow(from, width) / width) + epsilon);
                    inverseRms[((long)row * normed) + head] = inverse;
                    RmsNorm.ScaleRow(from, head < shape.Heads ? queryScale : keyScale, y + start + (head * width), width, inverse);
                }

                long values = start + ((long)normed * width);
                Flat.Convert(x + values, y + values, shape.KvHeads * width);
            }
        }
    }

    private readonly struct BackwardBody<T, TW>(T* dy, T* x, TW* queryScale, TW* keyScale, float* inverseRms, T* dx, float* partial, int rows, AttentionShape shape) : IKernelBody
        where T : unmanaged, IElement<T>
        where TW : unmanaged, IElement<TW>
    {
        private readonly T* dy = dy;
        private readonly T* x = x;
        private readonly TW* queryScale = queryScale;
        private readonly TW* keyScale = keyScale;
        private readonly float* inverseRms = inverseRms;
        private readonly T* dx = dx;
        private readonly float* partial = partial;
        private readonly int rows = rows;
        private readonly AttentionShape shape = shape;

        public void Run(int item)
        {
            int width = shape.HeadWidth;
            int normed = shape.Heads + shape.KvHeads;
            float* ofQueries = partial + ((long)item * 2 * width);
            float* ofKeys = ofQueries + width;
            Flat.Zero(ofQueries, 2 * width);
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                long start = (long)row * (normed + shape.KvHeads) * width;
                for (int head = 0; head < normed; head++)
                {
                    bool isQuery = head < shape.Heads;
                    long at = start + (head * width);
                    float inverse = inverseRms[((long)row * normed) + head];
                    RmsNorm.BackwardRow(dy + at, x + at, isQuery ? queryScale : keyScale, inverse, dx + at, false, isQuery ? ofQueries : ofKeys, width);
                }

                long values = start + ((long)normed * width);
                Flat.Convert(dy + values, dx + values, shape.KvHeads * width);
            }
        }
    }
}
