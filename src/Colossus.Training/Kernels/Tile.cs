using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Colossus.Training.Kernels;

/// <summary>C (+)= A B in fp32 for the small products inside attention, in tiles of 8 × 32 that stay in registers.</summary>
/// <remarks>
/// Per step of the inner loop: two loads of B, eight broadcasts of A, sixteen fused multiply-adds into sixteen registers, which keeps both multipliers of an AVX-512 core busy.
/// Elements of A are reached by two strides, so that A may be transposed.
/// </remarks>
internal static unsafe class Tile
{
    /// <summary>Rows of a tile; the row counts of A and C are multiples of it.</summary>
    public const int Rows = 8;

    /// <summary>Columns of a tile; the column counts of B and C are multiples of it.</summary>
    public const int Columns = 32;

    /// <summary>Multiplies.</summary>
    /// <param name="a">Element (i, k) at <c>a[i · aRow + k · aDepth]</c>.</param>
    /// <param name="b">[depth, columns] with rows <paramref name="bRow"/> apart.</param>
    /// <param name="c">[rows, columns] with rows <paramref name="cRow"/> apart.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="accumulate">Add to C.</param>
    public static void Multiply(
        float* a, int aRow, int aDepth, float* b, int bRow, float* c, int cRow, int rows, int columns, int depth, bool accumulate)
    {
        for (int column = 0; column < columns; column += Columns)
        {
            for (int row = 0; row < rows; row += Rows)
            {
                One(a + ((long)row * aRow), aRow, aDepth, b + column, bRow, c + ((long)row * cRow) + column, cRow, depth, accumulate);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(float* a, int aRow, int aDepth, float* b, int bRow, float* c, int cRow, int depth, bool accumulate)
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
        for (int k = 0; k < depth; k++)
        {
            var left = Vector512.Load(b);
            var right = Vector512.Load(b + 16);
            long at = (long)k * aDepth;
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
}
