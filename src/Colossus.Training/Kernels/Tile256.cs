using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary><see cref="Tile"/> on vectors of 256 bits, in tiles of 6 × 16 and 4 × 16 that stay in registers.</summary>
/// <remarks>
/// Twelve sums, two vectors of B and a broadcast of A fill fifteen of AVX2's sixteen registers. A step is twelve fused multiply-adds for eight loads, and a core does two
/// of either in a cycle; twelve sums are also more than the eight that two multipliers with four cycles of latency need to stay busy.
/// </remarks>
internal static unsafe class Tile256
{
    private const int Rows = 6;
    private const int LastRows = 4;
    private const int Columns = 16;

    /// <inheritdoc cref="Tile.Multiply"/>
    public static void Multiply(
        float* a,
        nint aRow,
        nint aDepth,
        float* b,
        nint bRow,
        float* c,
        nint cRow,
        int rows,
        int columns,
        int depth,
        bool accumulate,
        Triangle triangle,
        int diagonal)
    {
        for (int column = 0; column < columns; column += Columns)
        {
            int height;
            for (int row = 0; row < rows; row += height)
            {
                height = HeightAt(row, rows);
                if (triangle == Triangle.ColumnsFromRow && row - diagonal >= column + Columns)
                {
                    break;
                }

                int first = triangle == Triangle.DepthFromRow ? Math.Max(0, row - diagonal) : 0;
                int end = triangle == Triangle.DepthToRow ? Math.Min(depth, row + height + diagonal) : depth;
                float* left = a + (row * aRow) + (first * aDepth);
                float* right = b + (first * bRow) + column;
                float* target = c + (row * cRow) + column;
                if (height == Rows)
                {
                    Six(left, aRow, aDepth, right, bRow, target, cRow, end - first, accumulate);
                }
                else
                {
                    Four(left, aRow, aDepth, right, bRow, target, cRow, end - first, accumulate);
                }
            }
        }
    }

    // Sixteen rows are 6 + 6 + 4, eight at the end 4 + 4: a tile across a block of 16 would reach beyond what a triangle promises.
    private static int HeightAt(int row, int rows) => row % Tile.TriangleBlock == 2 * Rows || rows - row <= 2 * LastRows ? LastRows : Rows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Six(float* a, nint aRow, nint aDepth, float* b, nint bRow, float* c, nint cRow, int depth, bool accumulate)
    {
        Vector256<float> c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51;
        if (accumulate)
        {
            (c00, c01) = (Vector256.Load(c), Vector256.Load(c + 8));
            (c10, c11) = (Vector256.Load(c + cRow), Vector256.Load(c + cRow + 8));
            (c20, c21) = (Vector256.Load(c + (2 * cRow)), Vector256.Load(c + (2 * cRow) + 8));
            (c30, c31) = (Vector256.Load(c + (3 * cRow)), Vector256.Load(c + (3 * cRow) + 8));
            (c40, c41) = (Vector256.Load(c + (4 * cRow)), Vector256.Load(c + (4 * cRow) + 8));
            (c50, c51) = (Vector256.Load(c + (5 * cRow)), Vector256.Load(c + (5 * cRow) + 8));
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = Vector256<float>.Zero;
        }

        float* a1 = a + aRow;
        float* a2 = a1 + aRow;
        float* a3 = a2 + aRow;
        float* a4 = a3 + aRow;
        float* a5 = a4 + aRow;
        nint at = 0;
        for (int k = 0; k < depth; k++)
        {
            var left = Vector256.Load(b);
            var right = Vector256.Load(b + 8);
            var value = Vector256.Create(a[at]);
            c00 = Vector256.FusedMultiplyAdd(value, left, c00);
            c01 = Vector256.FusedMultiplyAdd(value, right, c01);
            value = Vector256.Create(a1[at]);
            c10 = Vector256.FusedMultiplyAdd(value, left, c10);
            c11 = Vector256.FusedMultiplyAdd(value, right, c11);
            value = Vector256.Create(a2[at]);
            c20 = Vector256.FusedMultiplyAdd(value, left, c20);
            c21 = Vector256.FusedMultiplyAdd(value, right, c21);
            value = Vector256.Create(a3[at]);
            c30 = Vector256.FusedMultiplyAdd(value, left, c30);
            c31 = Vector256.FusedMultiplyAdd(value, right, c31);
            value = Vector256.Create(a4[at]);
            c40 = Vector256.FusedMultiplyAdd(value, left, c40);
            c41 = Vector256.FusedMultiplyAdd(value, right, c41);
            value = Vector256.Create(a5[at]);
            c50 = Vector256.FusedMultiplyAdd(value, left, c50);
            c51 = Vector256.FusedMultiplyAdd(value, right, c51);
            b += bRow;
            at += aDepth;
        }

        Store(c, c00, c01);
        Store(c + cRow, c10, c11);
        Store(c + (2 * cRow), c20, c21);
        Store(c + (3 * cRow), c30, c31);
        Store(c + (4 * cRow), c40, c41);
        Store(c + (5 * cRow), c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(float* a, nint aRow, nint aDepth, float* b, nint bRow, float* c, nint cRow, int depth, bool accumulate)
    {
        Vector256<float> c00, c01, c10, c11, c20, c21, c30, c31;
        if (accumulate)
        {
            (c00, c01) = (Vector256.Load(c), Vector256.Load(c + 8));
            (c10, c11) = (Vector256.Load(c + cRow), Vector256.Load(c + cRow + 8));
            (c20, c21) = (Vector256.Load(c + (2 * cRow)), Vector256.Load(c + (2 * cRow) + 8));
            (c30, c31) = (Vector256.Load(c + (3 * cRow)), Vector256.Load(c + (3 * cRow) + 8));
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = Vector256<float>.Zero;
        }

        float* a1 = a + aRow;
        float* a2 = a1 + aRow;
        float* a3 = a2 + aRow;
        nint at = 0;
        for (int k = 0; k < depth; k++)
        {
            var left = Vector256.Load(b);
            var right = Vector256.Load(b + 8);
            var value = Vector256.Create(a[at]);
            c00 = Vector256.FusedMultiplyAdd(value, left, c00);
            c01 = Vector256.FusedMultiplyAdd(value, right, c01);
            value = Vector256.Create(a1[at]);
            c10 = Vector256.FusedMultiplyAdd(value, left, c10);
            c11 = Vector256.FusedMultiplyAdd(value, right, c11);
            value = Vector256.Create(a2[at]);
            c20 = Vector256.FusedMultiplyAdd(value, left, c20);
            c21 = Vector256.FusedMultiplyAdd(value, right, c21);
            value = Vector256.Create(a3[at]);
            c30 = Vector256.FusedMultiplyAdd(value, left, c30);
            c31 = Vector256.FusedMultiplyAdd(value, right, c31);
            b += bRow;
            at += aDepth;
        }

        Store(c, c00, c01);
        Store(c + cRow, c10, c11);
        Store(c + (2 * cRow), c20, c21);
        Store(c + (3 * cRow), c30, c31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* target, Vector256<float> left, Vector256<float> right)
    {
        left.Store(target);
        right.Store(target + 8);
    }
}
