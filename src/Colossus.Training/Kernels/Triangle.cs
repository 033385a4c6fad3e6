namespace Colossus.Training.Kernels;

/// <summary>Which part of a product the causal mask leaves; what lies outside is skipped where a whole tile does. Of A it must be zero within blocks of <see cref="Tile.TriangleBlock"/> rows and columns on the diagonal, and is not read beyond them; of C it is undefined.</summary>
internal enum Triangle
{
    /// <summary>All of it.</summary>
    None,

    /// <summary>Element (i, j) of C only for j ≥ i - diagonal.</summary>
    ColumnsFromRow,

    /// <summary>Row i of C sums over k ≤ i + diagonal.</summary>
    DepthToRow,

    /// <summary>Row i of C sums over k ≥ i - diagonal.</summary>
    DepthFromRow,
}
