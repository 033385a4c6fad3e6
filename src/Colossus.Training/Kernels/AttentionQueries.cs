namespace Colossus.Training.Kernels;

/// <summary>Which positions of a sample have their queries on this rank, cut into the blocks that attention works on.</summary>
/// <remarks>
/// Blocks are those of the whole sample, and a chunk takes of each what it has: the diagonal always meets blocks in their corners, and a query gives the same bits whatever chunk it lies in.
/// Chunks that begin and end at multiples of the block waste nothing.
/// </remarks>
internal sealed class AttentionQueries
{
    /// <summary>Queries of chunks of the sample, whose rows lie one behind another in the order given.</summary>
    /// <param name="chunks">The chunks, in any order.</param>
    public AttentionQueries(params ReadOnlySpan<PositionRange> chunks)
    {
        var blocks = new List<QueryBlock>();
        foreach (var chunk in chunks)
        {
            for (int position = chunk.First; position < chunk.End;)
            {
                int lead = position % AttentionShape.Block;
                int live = Math.Min(AttentionShape.Block - lead, chunk.End - position);
                blocks.Add(new QueryBlock(position - lead, lead, live, Rows));
                position += live;
                Rows += live;
            }
        }

        Blocks = [.. blocks];
    }

    /// <summary>The blocks, in the order of the rows.</summary>
    public QueryBlock[] Blocks { get; }

    /// <summary>Queries of a sample.</summary>
    public int Rows { get; }
}
