namespace Colossus.Training.Kernels;

/// <summary>Queries that attention works on together: those a chunk has of one block of positions.</summary>
/// <param name="Start">First position of the block, a multiple of <see cref="AttentionShape.Block"/>.</param>
/// <param name="Lead">Positions of the block before the first query.</param>
/// <param name="Live">Queries, 1 or more.</param>
/// <param name="Row">Row of the first query among those of its sample.</param>
internal readonly record struct QueryBlock(int Start, int Lead, int Live, int Row)
{
    /// <summary>Rows of the block in packed copies: padding before and behind the queries is zero.</summary>
    public int Rows => AttentionShape.RoundUp(Lead + Live);

    /// <summary>Position of the first query.</summary>
    public int First => Start + Lead;
}
