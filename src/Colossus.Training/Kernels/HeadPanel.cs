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

    /// <summary>target[j, i] = panel[i, j]; rows and columns are multiples of 16.</summary>
    /// <param name="panel">[rows, columns] with rows <paramref name="stride"/> apart.</param>
    /// <param name="target">[columns, rows] with rows <paramref name="targetStride"/> apart.</param>
    public static void Transpose(float* panel, int stride, float* target, int targetStride, int rows, int columns)
    {
        for (int row = 0; row < rows; row += Lanes)
        {
            for (int column = 0; column < columns; column += Lanes)
            {
                float* from = panel + ((long)row * stride) + column;
                float* to = target + ((long)column * targetStride) + row;
                if (Avx512F.IsSupported)
                {
                    Transpose16(from, stride, to, targetStride);
                }
                else
                {
                    TransposeOneByOne(from, stride, to, targetStride);
                }
            }
        }
    }

    private static void TransposeOneByOne(float* from, int stride, float* to, int targetStride)
    {
        for (int i = 0; i < Lanes; i++)
        {
            for (int j = 0; j < Lanes; j++)
            {
                to[(j * targetStride) + i] = from[(i * stride) + j];
            }
        }
    }

    // Four rows at a time become, in each 128-bit lane, a transposed 4 × 4; two rounds of lane shuffles then put the lanes where they belong.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose16(float* from, nint stride, float* to, nint targetStride)
    {
        var (a0, a1, a2, a3) = TransposeLanes(from, stride);
        var (b0, b1, b2, b3) = TransposeLanes(from + (4 * stride), stride);
        var (c0, c1, c2, c3) = TransposeLanes(from + (8 * stride), stride);
        var (d0, d1, d2, d3) = TransposeLanes(from + (12 * stride), stride);
        StoreLanes(a0, b0, c0, d0, to, targetStride);
        StoreLanes(a1, b1, c1, d1, to + targetStride, targetStride);
        StoreLanes(a2, b2, c2, d2, to + (2 * targetStride), targetStride);
        StoreLanes(a3, b3, c3, d3, to + (3 * targetStride), targetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> R0, Vector512<float> R1, Vector512<float> R2, Vector512<float> R3) TransposeLanes(float* from, nint stride)
    {
        var (r0, r1) = (Vector512.Load(from), Vector512.Load(from + stride));
        var (r2, r3) = (Vector512.Load(from + (2 * stride)), Vector512.Load(from + (3 * stride)));
        var (low01, high01) = (Avx512F.UnpackLow(r0, r1).AsDouble(), Avx512F.UnpackHigh(r0, r1).AsDouble());
        var (low23, high23) = (Avx512F.UnpackLow(r2, r3).AsDouble(), Avx512F.UnpackHigh(r2, r3).AsDouble());
        return (
            Avx512F.UnpackLow(low01, low23).AsSingle(),
            Avx512F.UnpackHigh(low01, low23).AsSingle(),
            Avx512F.UnpackLow(high01, high23).AsSingle(),
            Avx512F.UnpackHigh(high01, high23).AsSingle());
    }

    // Lane l of the four inputs together is row 4l of the target.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreLanes(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* to, nint targetStride)
    {
        var (ab02, ab13) = (Avx512F.Shuffle4x128(a, b, 0x88), Avx512F.Shuffle4x128(a, b, 0xdd));
        var (cd02, cd13) = (Avx512F.Shuffle4x128(c, d, 0x88), Avx512F.Shuffle4x128(c, d, 0xdd));
        Avx512F.Shuffle4x128(ab02, cd02, 0x88).Store(to);
        Avx512F.Shuffle4x128(ab13, cd13, 0x88).Store(to + (4 * targetStride));
        Avx512F.Shuffle4x128(ab02, cd02, 0xdd).Store(to + (8 * targetStride));
        Avx512F.Shuffle4x128(ab13, cd13, 0xdd).Store(to + (12 * targetStride));
    }
}
