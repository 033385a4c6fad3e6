namespace Colossus.Collectives;

/// <summary>The part of a row of elements that one rank is responsible for.</summary>
/// <param name="First">Index of its first element.</param>
/// <param name="Count">Number of its elements, 0 or more.</param>
public readonly record struct Shard(long First, long Count)
{
    /// <summary>Bytes of a cache line: no two ranks write to the same one, if the row starts on one.</summary>
    public const int LineBytes = 64;

    /// <summary>Index after its last element.</summary>
    public long End => First + Count;

    /// <summary>
    /// Divides <paramref name="count"/> elements among <paramref name="ranks"/> in order of rank, as evenly as whole cache lines allow.
    /// With few elements the last ranks get none.
    /// </summary>
    /// <param name="count">Number of elements.</param>
    /// <param name="rank">The rank asked about, 0 to <paramref name="ranks"/> - 1.</param>
    /// <param name="ranks">Number of ranks.</param>
    /// <param name="elementBytes">Bytes of an element: 1, 2, 4 or 8.</param>
    public static Shard Of(long count, int rank, int ranks, int elementBytes)
    {
        long line = LineBytes / elementBytes;
        long lines = (count + line - 1) / line;
        // The product may pass 2^63 only above 2^57 elements with 64 ranks: no memory holds that.
        long first = Math.Min(count, lines * rank / ranks * line);
        long end = Math.Min(count, lines * (rank + 1) / ranks * line);
        return new Shard(first, end - first);
    }
}
