using Colossus.Protocol.Time;

namespace Colossus.Runs.Time;

/// <summary>
/// The time of one rank, cut into spans that follow each other without gap or overlap, so that its buckets always add up to its wall clock.
/// </summary>
/// <param name="rank">The rank.</param>
/// <param name="session">Session of the run, 0 or more.</param>
/// <param name="start">Where its time begins, in seconds on any clock; the same clock is used for <c>until</c>.</param>
/// <remarks>
/// What a process says of its own time is a claim: it is measured by another clock and arrives late. A span is what the supervisor saw;
/// claims fill it, at most to the brim, and what they leave goes to the bucket that the supervisor names.
/// </remarks>
public sealed class RankTimeline(int rank, int session, double start)
{
    private readonly double origin = start;

    /// <summary>The rank.</summary>
    public int Rank => rank;

    /// <summary>How far the timeline reaches, on the caller's clock.</summary>
    public double Now { get; private set; } = start;

    /// <summary>All spans so far together.</summary>
    public TimeBuckets Buckets { get; private set; } = TimeBuckets.Zero;

    /// <summary>Seconds from the start to <see cref="Now"/>.</summary>
    public double WallSeconds => Now - origin;

    /// <summary>Fills the time up to <paramref name="until"/> with one bucket.</summary>
    /// <param name="until">End of the span; nothing happens when it lies before <see cref="Now"/>.</param>
    /// <param name="bucket">Where it goes.</param>
    /// <returns>The span; null when it is empty.</returns>
    public TimeRecord? Cover(double until, TimeBucket bucket) => Cover(until, TimeBuckets.Zero, bucket);

    /// <summary>Fills the time up to <paramref name="until"/> with what the rank's process says of it.</summary>
    /// <param name="until">End of the span; nothing happens when it lies before <see cref="Now"/>.</param>
    /// <param name="claimed">What the process spent; scaled down when it is more than the span.</param>
    /// <param name="rest">Where the unclaimed part goes.</param>
    /// <returns>The span; null when it is empty.</returns>
    public TimeRecord? Cover(double until, TimeBuckets claimed, TimeBucket rest)
    {
        var span = until - Now;
        if (!(span > 0))
        {
            return null;
        }

        var total = claimed.Total;
        var filled = total > span ? claimed.Times(span / total) : claimed;
        filled = filled.Plus(rest, Math.Max(0, span - filled.Total));
        var record = new TimeRecord(session, rank, Now - origin, until - origin, filled);
        Now = until;
        Buckets = Buckets.Plus(filled);
        return record;
    }
}
