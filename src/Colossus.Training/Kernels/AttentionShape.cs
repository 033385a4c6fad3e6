namespace Colossus.Training.Kernels;

/// <summary>Sizes of attention.</summary>
/// <param name="Batch">Samples.</param>
/// <param name="Sequence">Positions of a sample; each has a key and a value.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads; <paramref name="Heads"/> is a multiple.</param>
/// <param name="HeadWidth">Elements of a query head and of a key head.</param>
/// <param name="ScoreCap">Scores x become cap · tanh(x / cap); 0 for none.</param>
internal readonly record struct AttentionShape(int Batch, int Sequence, int Heads, int KvHeads, int HeadWidth, float ScoreCap = 0)
{
    /// <summary>Queries worked on together, and the unit in which keys are.</summary>
    public const int Block = 64;

    /// <summary>Elements of a value head and of a head of the result; by default those of a query head.</summary>
    public int ValueWidth { get; init; } = HeadWidth;

    /// <summary>Factor on scores; by default 1 / √<see cref="HeadWidth"/>.</summary>
    public float Scale { get; init; } = 1f / MathF.Sqrt(HeadWidth);

    /// <summary>The sequence, padded.</summary>
    public int Length => RoundUp(Sequence);

    /// <summary>The width of a query or key head, padded.</summary>
    public int PaddedWidth => RoundUp(HeadWidth);

    /// <summary>The width of a value head, padded.</summary>
    public int PaddedValueWidth => RoundUp(ValueWidth);

    /// <summary>Query heads that share a key head.</summary>
    public int Group => Heads / KvHeads;

    /// <summary>Elements of a row of results.</summary>
    public int ResultStride => Heads * ValueWidth;

    /// <summary>Floats of a padded key head of a sample.</summary>
    public long KeyPanel => (long)Length * PaddedWidth;

    /// <summary>Floats of a padded value head of a sample.</summary>
    public long ValuePanel => (long)Length * PaddedValueWidth;

    /// <summary>A size, padded as products want it.</summary>
    public static int RoundUp(int size) => (size + Tile.Columns - 1) / Tile.Columns * Tile.Columns;
}
