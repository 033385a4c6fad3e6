using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>y = x / sqrt(mean(x²) + ε) · w over rows (arXiv 1910.07467), and its gradients.</summary>
internal static unsafe class RmsNorm
{
    private const int Lanes = 16;

    // Rows of one block of work. The gradient of the weight is summed within blocks, then over blocks: the order never depends on threads.
    private const int RowsPerBlock = 64;

    /// <summary>Normalises rows.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="weight">[width].</param>
    /// <param name="y">[rows, width], written.</param>
    /// <param name="inverseRms">[rows], written; the backward pass wants it.</param>
    public static void Forward<TX, TW, TY>(TX* x, TW* weight, TY* y, float* inverseRms, int rows, int width, float epsilon)
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY> =>
        KernelThreads.For(Blocks(rows), new ForwardBody<TX, TW, TY>(x, null, x, weight, y, inverseRms, rows, width, epsilon));

    /// <summary>sum = x + branch, y = norm(sum).</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="branch">[rows, width].</param>
    /// <param name="sum">[rows, width], written.</param>
    public static void AddForward<TX, TW, TY>(TX* x, TY* branch, TX* sum, TW* weight, TY* y, float* inverseRms, int rows, int width, float epsilon)
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY> =>
        KernelThreads.For(Blocks(rows), new ForwardBody<TX, TW, TY>(x, branch, sum, weight, y, inverseRms, rows, width, epsilon));

    /// <summary>Gradients of the input and of the weight.</summary>
    /// <param name="dy">[rows, width].</param>
    /// <param name="x">The input, [rows, width].</param>
    /// <param name="inverseRms">From the forward pass.</param>
    /// <param name="dx">[rows, width], written, or added to.</param>
    /// <param name="accumulate">Whether to add to <paramref name="dx"/>.</param>
    /// <param name="dWeight">[width], added to.</param>
    public static void Backward<TX, TW, TY>(TY* dy, TX* x, TW* weight, float* inverseRms, TX* dx, bool accumulate, float* dWeight, int rows, int width)
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY>
    {
        int blocks = Blocks(rows);
        float* partial = ThreadScratch.Begin((long)blocks * width * sizeof(float)).Take<float>((long)blocks * width);
        KernelThreads.For(blocks, new BackwardBody<TX, TW, TY>(dy, x, weight, inverseRms, dx, accumulate, partial, rows, width));
        for (int block = 0; block < blocks; block++)
        {
            Flat.Add((F32*)dWeight, (F32*)(partial + ((long)block * width)), width);
        }
    }

    private static int Blocks(int rows) => (rows + RowsPerBlock - 1) / RowsPerBlock;

    // sum = x + branch. A loop of its own: read back at once as vectors of another width, stores would not be forwarded and each would cost a dozen cycles.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRow<TX, TY>(TX* x, TY* branch, TX* sum, int width)
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY>
    {
        int i = 0;
        for (; i <= width - Lanes; i += Lanes)
        {
            TX.Store(sum + i, TX.Load(x + i) + TY.Load(branch + i));
        }

        for (; i < width; i++)
        {
            sum[i] = TX.FromFloat(TX.ToFloat(x[i]) + TY.ToFloat(branch[i]));
        }
    }

    /// <summary>Σ x² of a row. Two sums, since one would wait for each addition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SquaresOfRow<TX>(TX* x, int width)
        where TX : unmanaged, IElement<TX>
    {
        var even = Vector512<float>.Zero;
        var odd = Vector512<float>.Zero;
        int i = 0;
        for (; i <= width - (2 * Lanes); i += 2 * Lanes)
        {
            var first = TX.Load(x + i);
            var second = TX.Load(x + i + Lanes);
            even = Vector512.FusedMultiplyAdd(first, first, even);
            odd = Vector512.FusedMultiplyAdd(second, second, odd);
        }

        for (; i <= width - Lanes; i += Lanes)
        {
            var value = TX.Load(x + i);
            even = Vector512.FusedMultiplyAdd(value, value, even);
        }

        float total = Vector512.Sum(even + odd);
        for (; i < width; i++)
        {
            float value = TX.ToFloat(x[i]);
            total += value * value;
        }

        return total;
    }

    /// <summary>y = x · inverse · weight over one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleRow<TX, TW, TY>(TX* x, TW* weight, TY* y, int width, float inverse)
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY>
    {
        var scale = Vector512.Create(inverse);
        int i = 0;
        for (; i <= width - Lanes; i += Lanes)
        {
            TY.Store(y + i, TX.Load(x + i) * scale * TW.Load(weight + i));
        }

        for (; i < width; i++)
        {
            y[i] = TY.FromFloat(TX.ToFloat(x[i]) * inverse * TW.ToFloat(weight[i]));
        }
    }

    /// <summary>Gradients of one row. With x̂ = x / rms and g = dy · w: dx = (g - x̂ · mean(g · x̂)) / rms, dw += dy · x̂.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BackwardRow<TX, TW, TY>(TY* dy, TX* x, TW* weight, float inverse, TX* dx, bool accumulate, float* dWeight, int width)
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY>
    {
        var dots = Vector512<float>.Zero;
        var scale = Vector512.Create(inverse);
        int i = 0;
        for (; i <= width - Lanes; i += Lanes)
        {
            var gradient = TY.Load(dy + i);
            var normalised = TX.Load(x + i) * scale;
            dots = Vector512.FusedMultiplyAdd(gradient * TW.Load(weight + i), normalised, dots);
            Vector512.FusedMultiplyAdd(gradient, normalised, Vector512.Load(dWeight + i)).Store(dWeight + i);
        }

        float dot = Vector512.Sum(dots);
        for (; i < width; i++)
        {
            float normalised = TX.ToFloat(x[i]) * inverse;
            dot += TY.ToFloat(dy[i]) * TW.ToFloat(weight[i]) * normalised;
            dWeight[i] += TY.ToFloat(dy[i]) * normalised;
        }

        float mean = dot / width;
        var means = Vector512.Create(mean);
        for (i = 0; i <= width - Lanes; i += Lanes)
        {
            var value = ((TY.Load(dy + i) * TW.Load(weight + i)) - (TX.Load(x + i) * scale * means)) * scale;
            TX.Store(dx + i, accumulate ? TX.Load(dx + i) + value : value);
        }

        for (; i < width; i++)
        {
            float value = ((TY.ToFloat(dy[i]) * TW.ToFloat(weight[i])) - (TX.ToFloat(x[i]) * inverse * mean)) * inverse;
            dx[i] = TX.FromFloat(accumulate ? TX.ToFloat(dx[i]) + value : value);
        }
    }

    private readonly struct ForwardBody<TX, TW, TY>(TX* x, TY* branch, TX* sum, TW* weight, TY* y, float* inverseRms, int rows, int width, float epsilon) : IKernelBody
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY>
    {
        private readonly TX* x = x;
        private readonly TY* branch = branch;
        private readonly TX* sum = sum;
        private readonly TW* weight = weight;
        private readonly TY* y = y;
        private readonly float* inverseRms = inverseRms;
        private readonly int rows = rows;
        private readonly int width = width;
        private readonly float epsilon = epsilon;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                long start = (long)row * width;
                if (branch != null)
                {
                    AddRow(x + start, branch + start, sum + start, width);
                }

                float inverse = 1f / MathF.Sqrt((SquaresOfRow(sum + start, width) / width) + epsilon);
                inverseRms[row] = inverse;
                ScaleRow(sum + start, weight, y + start, width, inverse);
            }
        }
    }

    private readonly struct BackwardBody<TX, TW, TY>(TY* dy, TX* x, TW* weight, float* inverseRms, TX* dx, bool accumulate, float* partial, int rows, int width)
        : IKernelBody
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY>
    {
        private readonly TY* dy = dy;
        private readonly TX* x = x;
        private readonly TW* weight = weight;
        private readonly float* inverseRms = inverseRms;
        private readonly TX* dx = dx;
        private readonly bool accumulate = accumulate;
        private readonly float* partial = partial;
        private readonly int rows = rows;
        private readonly int width = width;

        public void Run(int item)
        {
            float* dWeight = partial + ((long)item * width);
            Flat.Zero(dWeight, width);
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                long start = (long)row * width;
                BackwardRow(dy + start, x + start, weight, inverseRms[row], dx + start, accumulate, dWeight, width);
            }
        }
    }
}
