using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Colossus.Training.Kernels;

/// <summary>Copies of one head in fp32 without gaps, [rows, width] padded with zeros, as the products of attention want them.</summary>
internal static unsafe class HeadPanel
{
    /// <summary>log₂ e.</summary>
    public const float Log2E = 1.44269504f;

    /// <summary>ln 2.</summary>
    public const float Ln2 = 0.693147181f;

    private const int Lanes = 16;

    // Rows and columns that are transposed in registers: eight vectors of AVX. Squares of 16 in vectors of 512 bits were no faster.
    private const int Square = 8;

    /// <summary>panel = source · scale, with rows and columns beyond the source's 0.</summary>
    /// <param name="source">[rows, columns] with rows <paramref name="stride"/> apart.</param>
    /// <param name="panel">[panelRows, width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<T>(T* source, int stride, int rows, int columns, float* panel, int panelRows, int width, float scale)
        where T : unmanaged, IElement<T>
    {
        var factor = Vector512.Create(scale);
        for (int row = 0; row < rows; row++)
        {
            int i = 0;
            for (; i <= columns - Lanes; i += Lanes)
            {
                (T.Load(source + i) * factor).Store(panel + i);
            }

            for (; i < columns; i++)
            {
                panel[i] = T.ToFloat(source[i]) * scale;
            }

            for (; i < width; i++)
            {
                panel[i] = 0;
            }

            source += stride;
            panel += width;
        }

        Flat.Zero(panel, (long)(panelRows - rows) * width);
    }

    /// <summary>panel = source · scale for the queries of a block, with rows before and behind them and columns beyond the source's 0.</summary>
    /// <param name="source">[queries of the block, columns] with rows <paramref name="stride"/> apart.</param>
    /// <param name="panel">[rows of the block, width].</param>
    public static void PackBlock<T>(T* source, int stride, QueryBlock block, int columns, float* panel, int width, float scale)
        where T : unmanaged, IElement<T>
    {
        long lead = (long)block.Lead * width;
        Flat.Zero(panel, lead);
        Pack(source, stride, block.Live, columns, panel + lead, block.Rows - block.Lead, width, scale);
    }

    /// <summary>target = panel · scale, without the padding.</summary>
    /// <param name="panel">[rows, width].</param>
    /// <param name="target">[rows, columns] with rows <paramref name="stride"/> apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack<T>(float* panel, int width, T* target, int stride, int rows, int columns, float scale)
        where T : unmanaged, IElement<T>
    {
        var factor = Vector512.Create(scale);
        for (int row = 0; row < rows; row++)
        {
            int i = 0;
            for (; i <= columns - Lanes; i += Lanes)
            {
                T.Store(target + i, Vector512.Load(panel + i) * factor);
            }

            for (; i < columns; i++)
            {
                target[i] = T.FromFloat(panel[i] * scale);
            }

            panel += width;
            target += stride;
        }
    }

    /// <summary>Σ over a head's width of dO · O: equal to Σ dP P of the row (arXiv 2205.14135, appendix B).</summary>
    /// <param name="panel">dO, [rows, width].</param>
    /// <param name="output">O, [rows, columns] with rows <paramref name="stride"/> apart.</param>
    /// <param name="products">[rows], written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RowProducts<T>(float* panel, int width, T* output, int stride, int rows, int columns, float* products)
        where T : unmanaged, IElement<T>
    {
        for (int row = 0; row < rows; row++)
        {
            var sums = Vector512<float>.Zero;
            int i = 0;
            for (; i <= columns - Lanes; i += Lanes)
            {
                sums = Vector512.FusedMultiplyAdd(Vector512.Load(panel + i), T.Load(output + i), sums);
            }

            float sum = Vector512.Sum(sums);
            for (; i < columns; i++)
            {
                sum += panel[i] * T.ToFloat(output[i]);
            }

            products[row] = sum;
            panel += width;
            output += stride;
        }
    }

    /// <summary>target[j, i] = panel[i, j]; rows and columns are multiples of 8.</summary>
    /// <param name="panel">[rows, columns] with rows <paramref name="stride"/> apart.</param>
    /// <param name="target">[columns, rows] with rows <paramref name="targetStride"/> apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* panel, nint stride, float* target, nint targetStride, int rows, int columns)
    {
        for (int row = 0; row < rows; row += Square)
        {
            for (int column = 0; column < columns; column += Square)
            {
                float* from = panel + (row * stride) + column;
                float* to = target + (column * targetStride) + row;
                if (Avx.IsSupported)
                {
                    TransposeSquare(from, stride, to, targetStride);
                }
                else
                {
                    TransposeOneByOne(from, stride, to, targetStride);
                }
            }
        }
    }

    private static void TransposeOneByOne(float* from, nint stride, float* to, nint targetStride)
    {
        for (int i = 0; i < Square; i++)
        {
            for (int j = 0; j < Square; j++)
            {
                to[(j * targetStride) + i] = from[(i * stride) + j];
            }
        }
    }

    // Four rows at a time become, in each 128-bit lane, a transposed 4 × 4; then lanes of the upper and of the lower four rows are joined.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeSquare(float* from, nint stride, float* to, nint targetStride)
    {
        var (a0, a1, a2, a3) = TransposeLanes(from, stride);
        var (b0, b1, b2, b3) = TransposeLanes(from + (4 * stride), stride);
        StoreLanes(a0, b0, to, targetStride);
        StoreLanes(a1, b1, to + targetStride, targetStride);
        StoreLanes(a2, b2, to + (2 * targetStride), targetStride);
        StoreLanes(a3, b3, to + (3 * targetStride), targetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> R0, Vector256<float> R1, Vector256<float> R2, Vector256<float> R3) TransposeLanes(float* from, nint stride)
    {
        var (r0, r1) = (Vector256.Load(from), Vector256.Load(from + stride));
        var (r2, r3) = (Vector256.Load(from + (2 * stride)), Vector256.Load(from + (3 * stride)));
        var (low01, high01) = (Avx.UnpackLow(r0, r1).AsDouble(), Avx.UnpackHigh(r0, r1).AsDouble());
        var (low23, high23) = (Avx.UnpackLow(r2, r3).AsDouble(), Avx.UnpackHigh(r2, r3).AsDouble());
        return (
            Avx.UnpackLow(low01, low23).AsSingle(),
            Avx.UnpackHigh(low01, low23).AsSingle(),
            Avx.UnpackLow(high01, high23).AsSingle(),
            Avx.UnpackHigh(high01, high23).AsSingle());
    }

    // The lower lanes of both are a row of the target, the upper ones the row four below it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreLanes(Vector256<float> a, Vector256<float> b, float* to, nint targetStride)
    {
        Avx.Permute2x128(a, b, 0x20).Store(to);
        Avx.Permute2x128(a, b, 0x31).Store(to + (4 * targetStride));
    }
}
