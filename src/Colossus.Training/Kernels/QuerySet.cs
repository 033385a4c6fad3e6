namespace Colossus.Training.Kernels;

/// <summary>The queries of one call of attention, and what they see.</summary>
/// <param name="blocks">Blocks of queries; the same for each sample.</param>
/// <param name="blockCount">Their number.</param>
/// <param name="rows">Queries of a sample.</param>
/// <param name="firstVisible">[batch, sequence], the first position that each position sees, which never falls from one to the next; null where all see position 0.</param>
internal readonly unsafe struct QuerySet(QueryBlock* blocks, int blockCount, int rows, int* firstVisible)
{
    private readonly QueryBlock* blocks = blocks;
    private readonly int blockCount = blockCount;
    private readonly int* firstVisible = firstVisible;

    /// <summary>Queries of a sample.</summary>
    public int Rows { get; } = rows;

    /// <summary>Whether positions are hidden from queries behind them.</summary>
    public bool Hides => firstVisible != null;

    /// <summary>Blocks of queries, in the order of their rows.</summary>
    public ReadOnlySpan<QueryBlock> Blocks => new(blocks, blockCount);

    /// <summary>The row of a block's first query, where rows lie one sample after another, or one head of a sample after another.</summary>
    /// <param name="before">Samples, or heads of all samples, that come before.</param>
    /// <param name="block">The block.</param>
    public long RowOf(long before, QueryBlock block) => (before * Rows) + block.Row;

    /// <summary>What the rows of a block see.</summary>
    /// <param name="position">Its first query's place in [batch, sequence].</param>
    /// <param name="block">The block.</param>
    /// <param name="rows">[rows of the block], written if <see cref="Hides"/>: the first position that each row sees. Rows of padding see what their neighbour sees.</param>
    /// <returns>The first position that any row sees.</returns>
    public int Visible(long position, QueryBlock block, int* rows)
    {
        if (!Hides)
        {
            return 0;
        }

        int* seen = firstVisible + position;
        new Span<int>(rows, block.Lead).Fill(seen[0]);
        new Span<int>(seen, block.Live).CopyTo(new Span<int>(rows + block.Lead, block.Live));
        int end = block.Lead + block.Live;
        new Span<int>(rows + end, block.Rows - end).Fill(seen[block.Live - 1]);
        return seen[0];
    }
}
