using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary><see cref="Tile"/> on vectors of 512 bits, in tiles of 4 × 64 and 8 × 32 that stay in registers.</summary>
/// <remarks>
/// A step of the inner loop is sixteen fused multiply-adds into sixteen of 32 registers for eight loads (4 × 64: four of B, four broadcasts of A) or ten (8 × 32):
/// an AVX-512 core does two of either in a cycle, so both multipliers stay busy.
/// </remarks>
internal static unsafe class Tile512
{
    private const int Rows = Tile.Rows;
    private const int Columns = Tile.Columns;
    private const int WideRows = 4;
    private const int WideColumns = 64;

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
        for (int column = 0; column < columns;)
        {
            int width = columns - column >= WideColumns ? WideColumns : Columns;
            for (int row = 0; row < rows; row += Rows)
            {
                int skipped = triangle == Triangle.ColumnsFromRow ? (row - diagonal) / Columns * Columns : 0;
                if (skipped >= column + width)
                {
                    continue;
                }

                bool narrow = width == Columns || skipped > column;
                int height = narrow ? Rows : WideRows;
                for (int top = row; top < row + Rows; top += height)
                {
                    int first = triangle == Triangle.DepthFromRow ? Math.Max(0, top - diagonal) : 0;
                    int end = triangle == Triangle.DepthToRow ? Math.Min(depth, top + height + diagonal) : depth;
                    float* left = a + (top * aRow) + (first * aDepth);
                    float* right = b + (first * bRow) + column;
                    float* target = c + (top * cRow) + column;
                    if (narrow)
                    {
                        int shift = width - Columns;
                        Tall(left, aRow, aDepth, right + shift, bRow, target + shift, cRow, end - first, accumulate);
                    }
                    else
                    {
                        Wide(left, aRow, aDepth, right, bRow, target, cRow, end - first, accumulate);
                    }
                }
            }

            column += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide(float* a, nint aRow, nint aDepth, float* b, nint bRow, float* c, nint cRow, int depth, bool accumulate)
    {
        float* c1 = c + cRow;
        float* c2 = c1 + cRow;
        float* c3 = c2 + cRow;
        Vector512<float> c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33;
        if (accumulate)
        {
            (c00, c01, c02, c03) = (Vector512.Load(c), Vector512.Load(c + 16), Vector512.Load(c + 32), Vector512.Load(c + 48));
            (c10, c11, c12, c13) = (Vector512.Load(c1), Vector512.Load(c1 + 16), Vector512.Load(c1 + 32), Vector512.Load(c1 + 48));
            (c20, c21, c22, c23) = (Vector512.Load(c2), Vector512.Load(c2 + 16), Vector512.Load(c2 + 32), Vector512.Load(c2 + 48));
            (c30, c31, c32, c33) = (Vector512.Load(c3), Vector512.Load(c3 + 16), Vector512.Load(c3 + 32), Vector512.Load(c3 + 48));
        }
        else
        {
            c00 = c01 = c02 = c03 = c10 = c11 = c12 = c13 = c20 = c21 = c22 = c23 = c30 = c31 = c32 = c33 = Vector512<float>.Zero;
        }

        float* a1 = a + aRow;
        float* a2 = a1 + aRow;
        float* a3 = a2 + aRow;
        nint at = 0;
        for (int k = 0; k < depth; k++)
        {
            var b0 = Vector512.Load(b);
            var b1 = Vector512.Load(b + 16);
            var b2 = Vector512.Load(b + 32);
            var b3 = Vector512.Load(b + 48);
            var value = Vector512.Create(a[at]);
            c00 = Vector512.FusedMultiplyAdd(value, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(value, b1, c01);
            c02 = Vector512.FusedMultiplyAdd(value, b2, c02);
            c03 = Vector512.FusedMultiplyAdd(value, b3, c03);
            value = Vector512.Create(a1[at]);
            c10 = Vector512.FusedMultiplyAdd(value, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(value, b1, c11);
            c12 = Vector512.FusedMultiplyAdd(value, b2, c12);
            c13 = Vector512.FusedMultiplyAdd(value, b3, c13);
            value = Vector512.Create(a2[at]);
            c20 = Vector512.FusedMultiplyAdd(value, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(value, b1, c21);
            c22 = Vector512.FusedMultiplyAdd(value, b2, c22);
            c23 = Vector512.FusedMultiplyAdd(value, b3, c23);
            value = Vector512.Create(a3[at]);
            c30 = Vector512.FusedMultiplyAdd(value, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(value, b1, c31);
            c32 = Vector512.FusedMultiplyAdd(value, b2, c32);
            c33 = Vector512.FusedMultiplyAdd(value, b3, c33);
            b += bRow;
            at += aDepth;
        }

        Store(c, c00, c01, c02, c03);
        Store(c1, c10, c11, c12, c13);
        Store(c2, c20, c21, c22, c23);
        Store(c3, c30, c31, c32, c33);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tall(float* a, nint aRow, nint aDepth, float* b, nint bRow, float* c, nint cRow, int depth, bool accumulate)
    {
        Vector512<float> c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51, c60, c61, c70, c71;
        if (accumulate)
        {
            (c00, c01) = (Vector512.Load(c), Vector512.Load(c + 16));
            (c10, c11) = (Vector512.Load(c + cRow), Vector512.Load(c + cRow + 16));
            (c20, c21) = (Vector512.Load(c + (2 * cRow)), Vector512.Load(c + (2 * cRow) + 16));
            (c30, c31) = (Vector512.Load(c + (3 * cRow)), Vector512.Load(c + (3 * cRow) + 16));
            (c40, c41) = (Vector512.Load(c + (4 * cRow)), Vector512.Load(c + (4 * cRow) + 16));
            (c50, c51) = (Vector512.Load(c + (5 * cRow)), Vector512.Load(c + (5 * cRow) + 16));
            (c60, c61) = (Vector512.Load(c + (6 * cRow)), Vector512.Load(c + (6 * cRow) + 16));
            (c70, c71) = (Vector512.Load(c + (7 * cRow)), Vector512.Load(c + (7 * cRow) + 16));
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = c60 = c61 = c70 = c71 = Vector512<float>.Zero;
        }

        float* a1 = a + aRow;
        float* a2 = a1 + aRow;
        float* a3 = a2 + aRow;
        float* a4 = a3 + aRow;
        float* a5 = a4 + aRow;
        float* a6 = a5 + aRow;
        float* a7 = a6 + aRow;
        nint at = 0;
        for (int k = 0; k < depth; k++)
        {
            var left = Vector512.Load(b);
            var right = Vector512.Load(b + 16);
            var value = Vector512.Create(a[at]);
            c00 = Vector512.FusedMultiplyAdd(value, left, c00);
            c01 = Vector512.FusedMultiplyAdd(value, right, c01);
            value = Vector512.Create(a1[at]);
            c10 = Vector512.FusedMultiplyAdd(value, left, c10);
            c11 = Vector512.FusedMultiplyAdd(value, right, c11);
            value = Vector512.Create(a2[at]);
            c20 = Vector512.FusedMultiplyAdd(value, left, c20);
            c21 = Vector512.FusedMultiplyAdd(value, right, c21);
            value = Vector512.Create(a3[at]);
            c30 = Vector512.FusedMultiplyAdd(value, left, c30);
            c31 = Vector512.FusedMultiplyAdd(value, right, c31);
            value = Vector512.Create(a4[at]);
            c40 = Vector512.FusedMultiplyAdd(value, left, c40);
            c41 = Vector512.FusedMultiplyAdd(value, right, c41);
            value = Vector512.Create(a5[at]);
            c50 = Vector512.FusedMultiplyAdd(value, left, c50);
            c51 = Vector512.FusedMultiplyAdd(value, right, c51);
            value = Vector512.Create(a6[at]);
            c60 = Vector512.FusedMultiplyAdd(value, left, c60);
            c61 = Vector512.FusedMultiplyAdd(value, right, c61);
            value = Vector512.Create(a7[at]);
            c70 = Vector512.FusedMultiplyAdd(value, left, c70);
            c71 = Vector512.FusedMultiplyAdd(value, right, c71);
            b += bRow;
            at += aDepth;
        }

        Store(c, c00, c01);
        Store(c + cRow, c10, c11);
        Store(c + (2 * cRow), c20, c21);
        Store(c + (3 * cRow), c30, c31);
        Store(c + (4 * cRow), c40, c41);
        Store(c + (5 * cRow), c50, c51);
        Store(c + (6 * cRow), c60, c61);
        Store(c + (7 * cRow), c70, c71);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* target, Vector512<float> left, Vector512<float> right)
    {
        left.Store(target);
        right.Store(target + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* target, Vector512<float> v0, Vector512<float> v1, Vector512<float> v2, Vector512<float> v3)
    {
        Store(target, v0, v1);
        Store(target + 32, v2, v3);
    }
}
