using Colossus.Protocol.Time;
using Colossus.Runs.Time;

namespace Colossus.Launch.Local;

/// <summary>Where the time of all ranks goes: to what their processes say, or as a whole to start, detection or restart.</summary>
/// <param name="ranks">Ranks.</param>
/// <param name="session">0 for the first supervisor of the run, 1 more at each resume.</param>
/// <param name="record">Hears of each stretch of a rank's time.</param>
internal sealed class RankClocks(int ranks, int session, Action<TimeRecord> record)
{
    private const int Nobody = -1;

    private readonly RankClock[] clocks = [.. Enumerable.Range(0, ranks).Select(rank => new RankClock(rank, session, record))];
    private readonly int[] holders = [.. Enumerable.Repeat(Nobody, ranks)];
    private TimeSpan? faultAt;
    private bool allJoinedOnce;

    public int Ranks => clocks.Length;

    /// <summary>A slot gets a rank.</summary>
    /// <param name="rank">The rank.</param>
    /// <param name="slot">The slot; the clock begins anew unless it held the rank before.</param>
    /// <param name="spent">What its process has spent so far; null if unknown.</param>
    public void Assign(int rank, int slot, TimeBuckets? spent)
    {
        if (holders[rank] != slot)
        {
            holders[rank] = slot;
            clocks[rank].Begin(spent);
        }
    }

    /// <summary>The process of a rank says what it has spent since its start.</summary>
    public void Claim(TimeSpan now, int rank, TimeBuckets spent) => clocks[rank].Claim(now.TotalSeconds, spent);

    /// <summary>A rank is lost: what nobody accounted for went by until that was found out, and what comes is restart, for all ranks.</summary>
    public void Lose(TimeSpan now, int rank)
    {
        holders[rank] = Nobody;
        if (faultAt is null)
        {
            faultAt = now;
            Turn(now, TimeBucket.Detection, allJoinedOnce ? TimeBucket.Restart : TimeBucket.Startup);
        }
    }

    /// <summary>All ranks train again.</summary>
    /// <returns>The time since the first fault; null when there was none.</returns>
    public TimeSpan? Join(TimeSpan now)
    {
        Turn(now, TimeBucket.Idle, null);
        allJoinedOnce = true;
        var recovered = now - faultAt;
        faultAt = null;
        return recovered;
    }

    /// <summary>The run is over.</summary>
    public void End(TimeSpan now) => Turn(now, TimeBucket.Idle, null);

    private void Turn(TimeSpan now, TimeBucket past, TimeBucket? whole) =>
        Array.ForEach(clocks, clock => clock.Turn(now.TotalSeconds, past, whole));
}
