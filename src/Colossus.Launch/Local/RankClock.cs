using Colossus.Protocol.Time;
using Colossus.Runs.Time;

namespace Colossus.Launch.Local;

/// <summary>Where the time of one rank went, whichever process held it.</summary>
internal sealed class RankClock(int rank, int session, Action<TimeRecord> record)
{
    private const double ShortestSpan = 2;

    private readonly RankTimeline timeline = new(rank, session, 0);
    private TimeBuckets? known;
    private TimeBuckets? latest;

    /// <summary>Where time goes now as a whole; null while the process is believed.</summary>
    public TimeBucket? Whole { get; private set; } = TimeBucket.Startup;

    /// <summary>Another process holds the rank: what it spent before does not count.</summary>
    public void Begin(TimeBuckets? spent) => known = latest = spent;

    /// <summary>The process says what it has spent since its start.</summary>
    public void Claim(double now, TimeBuckets spent)
    {
        latest = spent;
        if (Whole is not null || known is null)
        {
            known = latest;
        }
        else if (now - timeline.Now >= ShortestSpan)
        {
            Close(now, TimeBucket.Idle);
        }
    }

    /// <summary>From now on all time goes to one bucket, or is again as the process says.</summary>
    /// <param name="now">The present time.</param>
    /// <param name="past">Where time goes that nobody accounted for until now.</param>
    /// <param name="whole">Where it goes from now on; null to believe the process.</param>
    public void Turn(double now, TimeBucket past, TimeBucket? whole)
    {
        Close(now, past);
        Whole = whole;
    }

    private void Close(double now, TimeBucket rest)
    {
        var claimed = Whole is null && known is not null && latest is not null ? latest.Since(known) : TimeBuckets.Zero;
        known = latest;
        Keep(timeline.Cover(now, claimed, Whole ?? rest));
    }

    private void Keep(TimeRecord? span)
    {
        if (span is not null)
        {
            record(span);
        }
    }
}
