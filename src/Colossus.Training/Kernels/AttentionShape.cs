namespace Colossus.Training.Kernels;

/// <summary>Sizes and places of attention over packed rows of query heads, key heads and value heads.</summary>
/// <param name="Batch">Samples.</param>
/// <param name="Sequence">Positions of a sample.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads; <paramref name="Heads"/> is a multiple.</param>
/// <param name="HeadWidth">Elements of a head.</param>
/// <param name="ScoreCap">Scores x become cap · tanh(x / cap); 0 for none.</param>
internal readonly record struct AttentionShape(int Batch, int Sequence, int Heads, int KvHeads, int HeadWidth, float ScoreCap = 0)
{
    /// <summary>Queries worked on together, and the unit in which keys are.</summary>
    public const int Block = 64;

    /// <summary>The sequence, padded.</summary>
    public int Length { get; } = RoundUp(Sequence);

    /// <summary>The head's width, padded.</summary>
    public int Width { get; } = RoundUp(HeadWidth);

    /// <summary>Query heads that share a key head.</summary>
    public int Group => Heads / KvHeads;

    /// <summary>Elements of a row of queries, keys and values.</summary>
    public int RowStride => (Heads + (2 * KvHeads)) * HeadWidth;

    /// <summary>Elements of a row of results.</summary>
    public int ResultStride => Heads * HeadWidth;

    /// <summary>Floats of a padded head of a sample.</summary>
    public long Panel => (long)Length * Width;

    /// <summary>Factor on scores.</summary>
    public float Scale => 1f / MathF.Sqrt(HeadWidth);

    /// <summary>First column of a query head.</summary>
    public long QueryColumn(int head) => (long)head * HeadWidth;

    /// <summary>First column of a key head.</summary>
    public long KeyColumn(int kvHead) => (long)(Heads + kvHead) * HeadWidth;

    /// <summary>First column of a value head.</summary>
    public long ValueColumn(int kvHead) => (long)(Heads + KvHeads + kvHead) * HeadWidth;

    /// <summary>Where the log-sum-exp of a head of a sample starts.</summary>
    public long LogSumExpStart(int sample, int head) => (((long)sample * Heads) + head) * Sequence;

    /// <summary>Queries of the block that starts at <paramref name="first"/>, padding included.</summary>
    public int BlockAt(int first) => Math.Min(Block, Length - first);

    private static int RoundUp(int size) => (size + Tile.Columns - 1) / Tile.Columns * Tile.Columns;
}
