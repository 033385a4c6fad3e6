using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>y = (x - mean) / sqrt(variance + ε) · w + b over rows (arXiv 1607.06450), and its gradients.</summary>
internal static unsafe class LayerNorm
{
    private const int Lanes = 16;

    // Rows of one block of work. Gradients of vectors are summed within blocks, then over blocks: the order never depends on threads.
    private const int RowsPerBlock = 64;

    /// <summary>Normalizes rows.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="weight">[width].</param>
    /// <param name="bias">[width].</param>
    /// <param name="y">[rows, width], written.</param>
    /// <param name="statistics">[rows, 2], written: mean and 1 / sqrt(variance + ε); the backward pass wants them.</param>
    public static void Forward<TX, TW, TY>(TX* x, TW* weight, TW* bias, TY* y, float* statistics, int rows, int width, float epsilon)
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY> =>
        KernelThreads.For(Blocks(rows), new ForwardBody<TX, TW, TY>(x, weight, bias, y, statistics, rows, width, epsilon));

    /// <summary>Gradients of the input, the weight and the bias.</summary>
    /// <param name="dy">[rows, width].</param>
    /// <param name="x">The input, [rows, width].</param>
    /// <param name="statistics">From the forward pass.</param>
    /// <param name="dx">[rows, width], written, or added to.</param>
    /// <param name="accumulate">Whether to add to <paramref name="dx"/>.</param>
    /// <param name="dVectors">[2 · width]: that of the weight, then that of the bias; written.</param>
    public static void Backward<TX, TW, TY>(TY* dy, TX* x, TW* weight, float* statistics, TX* dx, bool accumulate, float* dVectors, int rows, int width)
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY>
    {
        int blocks = Blocks(rows);
        float* partial = ThreadScratch.Begin((long)blocks * 2 * width * sizeof(float)).Take<float>((long)blocks * 2 * width);
        KernelThreads.For(blocks, new BackwardBody<TX, TW, TY>(dy, x, weight, statistics, dx, accumulate, partial, rows, width));
        Flat.Zero(dVectors, 2L * width);
        for (int block = 0; block < blocks; block++)
        {
            Flat.Add((F32*)dVectors, (F32*)(partial + ((long)block * 2 * width)), 2L * width);
        }
    }

    private static int Blocks(int rows) => (rows + RowsPerBlock - 1) / RowsPerBlock;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SumOfRow<TX>(TX* x, int width)
        where TX : unmanaged, IElement<TX>
    {
        var sums = Vector512<float>.Zero;
        int i = 0;
        for (; i <= width - Lanes; i += Lanes)
        {
            sums += TX.Load(x + i);
        }

        float sum = Vector512.Sum(sums);
        for (; i < width; i++)
        {
            sum += TX.ToFloat(x[i]);
        }

        return sum;
    }

    // Of the differences from the mean, not of squares less the mean's: that would cancel where the mean is large.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SquaresOfRow<TX>(TX* x, int width, float mean)
        where TX : unmanaged, IElement<TX>
    {
        var sums = Vector512<float>.Zero;
        var shift = Vector512.Create(mean);
        int i = 0;
        for (; i <= width - Lanes; i += Lanes)
        {
            var difference = TX.Load(x + i) - shift;
            sums = Vector512.FusedMultiplyAdd(difference, difference, sums);
        }

        float sum = Vector512.Sum(sums);
        for (; i < width; i++)
        {
            float difference = TX.ToFloat(x[i]) - mean;
            sum += difference * difference;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaleRow<TX, TW, TY>(TX* x, TW* weight, TW* bias, TY* y, int width, float mean, float inverse)
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY>
    {
        var shift = Vector512.Create(mean);
        var scale = Vector512.Create(inverse);
        int i = 0;
        for (; i <= width - Lanes; i += Lanes)
        {
            TY.Store(y + i, Vector512.FusedMultiplyAdd((TX.Load(x + i) - shift) * scale, TW.Load(weight + i), TW.Load(bias + i)));
        }

        for (; i < width; i++)
        {
            y[i] = TY.FromFloat(MathF.FusedMultiplyAdd((TX.ToFloat(x[i]) - mean) * inverse, TW.ToFloat(weight[i]), TW.ToFloat(bias[i])));
        }
    }

    // With x̂ = (x - mean) / deviation and g = dy · w: dx = (g - mean(g) - x̂ · mean(g · x̂)) / deviation, dw += dy · x̂, db += dy.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardRow<TX, TW, TY>(TY* dy, TX* x, TW* weight, float mean, float inverse, TX* dx, bool accumulate, float* dWeight, float* dBias, int width)
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY>
    {
        var sums = Vector512<float>.Zero;
        var dots = Vector512<float>.Zero;
        var shift = Vector512.Create(mean);
        var scale = Vector512.Create(inverse);
        int i = 0;
        for (; i <= width - Lanes; i += Lanes)
        {
            var gradient = TY.Load(dy + i);
            var normalized = (TX.Load(x + i) - shift) * scale;
            var weighted = gradient * TW.Load(weight + i);
            sums += weighted;
            dots = Vector512.FusedMultiplyAdd(weighted, normalized, dots);
            Vector512.FusedMultiplyAdd(gradient, normalized, Vector512.Load(dWeight + i)).Store(dWeight + i);
            (gradient + Vector512.Load(dBias + i)).Store(dBias + i);
        }

        float sum = Vector512.Sum(sums);
        float dot = Vector512.Sum(dots);
        for (; i < width; i++)
        {
            float gradient = TY.ToFloat(dy[i]);
            float normalized = (TX.ToFloat(x[i]) - mean) * inverse;
            float weighted = gradient * TW.ToFloat(weight[i]);
            sum += weighted;
            dot += weighted * normalized;
            dWeight[i] += gradient * normalized;
            dBias[i] += gradient;
        }

        var meanGradient = Vector512.Create(sum / width);
        var meanDot = Vector512.Create(dot / width);
        for (i = 0; i <= width - Lanes; i += Lanes)
        {
            var value = ((TY.Load(dy + i) * TW.Load(weight + i)) - meanGradient - ((TX.Load(x + i) - shift) * scale * meanDot)) * scale;
            TX.Store(dx + i, accumulate ? TX.Load(dx + i) + value : value);
        }

        for (; i < width; i++)
        {
            float value = ((TY.ToFloat(dy[i]) * TW.ToFloat(weight[i])) - (sum / width) - ((TX.ToFloat(x[i]) - mean) * inverse * (dot / width))) * inverse;
            dx[i] = TX.FromFloat(accumulate ? TX.ToFloat(dx[i]) + value : value);
        }
    }

    private readonly struct ForwardBody<TX, TW, TY>(TX* x, TW* weight, TW* bias, TY* y, float* statistics, int rows, int width, float epsilon) : IKernelBody
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY>
    {
        private readonly TX* x = x;
        private readonly TW* weight = weight;
        private readonly TW* bias = bias;
        private readonly TY* y = y;
        private readonly float* statistics = statistics;
        private readonly int rows = rows;
        private readonly int width = width;
        private readonly float epsilon = epsilon;

        public void Run(int item)
        {
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                long start = (long)row * width;
                float mean = SumOfRow(x + start, width) / width;
                float inverse = 1f / MathF.Sqrt((SquaresOfRow(x + start, width, mean) / width) + epsilon);
                statistics[2L * row] = mean;
                statistics[(2L * row) + 1] = inverse;
                ScaleRow(x + start, weight, bias, y + start, width, mean, inverse);
            }
        }
    }

    private readonly struct BackwardBody<TX, TW, TY>(TY* dy, TX* x, TW* weight, float* statistics, TX* dx, bool accumulate, float* partial, int rows, int width)
        : IKernelBody
        where TX : unmanaged, IElement<TX>
        where TW : unmanaged, IElement<TW>
        where TY : unmanaged, IElement<TY>
    {
        private readonly TY* dy = dy;
        private readonly TX* x = x;
        private readonly TW* weight = weight;
        private readonly float* statistics = statistics;
        private readonly TX* dx = dx;
        private readonly bool accumulate = accumulate;
        private readonly float* partial = partial;
        private readonly int rows = rows;
        private readonly int width = width;

        public void Run(int item)
        {
            float* dWeight = partial + ((long)item * 2 * width);
            Flat.Zero(dWeight, 2L * width);
            int end = Math.Min(rows, (item + 1) * RowsPerBlock);
            for (int row = item * RowsPerBlock; row < end; row++)
            {
                long start = (long)row * width;
                BackwardRow(dy + start, x + start, weight, statistics[2L * row], statistics[(2L * row) + 1], dx + start, accumulate, dWeight, dWeight + width, width);
            }
        }
    }
}
