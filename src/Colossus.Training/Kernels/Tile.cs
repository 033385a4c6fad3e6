using System.Runtime.Intrinsics.X86;

namespace Colossus.Training.Kernels;

/// <summary>C (+)= A B in fp32 for the small products inside attention, in tiles that stay in registers. Elements of A are reached by two strides, so that A may be transposed.</summary>
/// <remarks>
/// An element of C is one chain of fused multiply-adds in the order of the depth, whatever the shape of a tile: vectors of 256 and of 512 bits give the same bits.
/// </remarks>
internal static unsafe class Tile
{
    /// <summary>The row counts of A and C are multiples of it.</summary>
    public const int Rows = 8;

    /// <summary>The column counts of B and C are multiples of it.</summary>
    public const int Columns = 32;

    /// <summary>Blocks of so many rows on the diagonal of A are read whole, also outside a triangle of <see cref="Triangle.DepthToRow"/> or <see cref="Triangle.DepthFromRow"/>.</summary>
    public const int TriangleBlock = 16;

    /// <summary>Multiplies.</summary>
    /// <param name="a">Element (i, k) at <c>a[i · aRow + k · aDepth]</c>.</param>
    /// <param name="b">[depth, columns] with rows <paramref name="bRow"/> apart.</param>
    /// <param name="c">[rows, columns] with rows <paramref name="cRow"/> apart.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="accumulate">Add to C.</param>
    /// <param name="triangle">Which part is wanted.</param>
    /// <param name="diagonal">Its offset.</param>
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
        Triangle triangle = Triangle.None,
        int diagonal = 0)
    {
        // Asked of the instructions and not of Vector512.IsHardwareAccelerated, which is false on processors that clock lower for them and still win by them here.
        if (Avx512F.IsSupported)
        {
            Tile512.Multiply(a, aRow, aDepth, b, bRow, c, cRow, rows, columns, depth, accumulate, triangle, diagonal);
        }
        else
        {
            Tile256.Multiply(a, aRow, aDepth, b, bRow, c, cRow, rows, columns, depth, accumulate, triangle, diagonal);
        }
    }
}
