namespace Colossus.Plan.Lowering;

/// <summary>Gives values places in one memory.</summary>
public static class AreaBuilder
{
    /// <summary>Bytes to which places are aligned: a cache line.</summary>
    public const int Alignment = 64;

    /// <summary>Bytes that a value takes, rounded up to <see cref="Alignment"/>.</summary>
    /// <param name="bytes">Its own.</param>
    public static long Rounded(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>Places values of which each is needed for a while, so that those needed at the same time do not overlap: the first gap that is wide enough, in the order in which they begin.</summary>
    /// <param name="uses">Bytes of each, and the first and last time at which it is needed; ordered by the first.</param>
    /// <param name="offsets">Receives the place of each.</param>
    /// <returns>Bytes of the memory.</returns>
    public static long Pack(IReadOnlyList<(long Bytes, int First, int Last)> uses, Span<long> offsets)
    {
        ArgumentNullException.ThrowIfNull(uses);
        var live = new List<(long Start, long End, int Last)>();
        long total = 0;
        for (int i = 0; i < uses.Count; i++)
        {
            (long bytes, int first, int last) = uses[i];
            live.RemoveAll(other => other.Last < first);
            long at = 0;
            int index = 0;
            while (index < live.Count && live[index].Start < at + Rounded(bytes))
            {
                at = Math.Max(at, live[index].End);
                index++;
            }

            live.Insert(index, (at, at + Rounded(bytes), last));
            offsets[i] = at;
            total = Math.Max(total, at + Rounded(bytes));
        }

        return total;
    }
}
