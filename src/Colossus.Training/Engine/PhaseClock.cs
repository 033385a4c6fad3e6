using Colossus.Protocol.Time;

namespace Colossus.Training.Engine;

/// <summary>Books a rank's time: from its start on, each moment lies in exactly one bucket.</summary>
/// <param name="time">The clock.</param>
public sealed class PhaseClock(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly long[] ticks = new long[TimeBuckets.All.Count];
    private long since = time.GetTimestamp();
    private TimeBucket current = TimeBucket.Startup;
    private bool recomputing;

    /// <summary>The bucket of this moment.</summary>
    public TimeBucket Current
    {
        get
        {
            lock (gate)
            {
                return recomputing ? TimeBucket.Recomputed : current;
            }
        }
    }

    /// <summary>Ends the bucket of the time so far and begins another.</summary>
    /// <param name="bucket">What is done from now on.</param>
    public void Enter(TimeBucket bucket)
    {
        lock (gate)
        {
            Close();
            current = bucket;
        }
    }

    /// <summary>Books all time as <see cref="TimeBucket.Recomputed"/> from now on, or no longer.</summary>
    /// <param name="done">Whether the step at hand had been done before.</param>
    public void Recompute(bool done)
    {
        lock (gate)
        {
            Close();
            recomputing = done;
        }
    }

    /// <summary>The time of each bucket up to now.</summary>
    /// <returns>Together the time since the clock was made.</returns>
    public TimeBuckets Read()
    {
        lock (gate)
        {
            Close();
            return TimeBuckets.Of(bucket => (double)ticks[(int)bucket] / time.TimestampFrequency);
        }
    }

    private void Close()
    {
        long now = time.GetTimestamp();
        ticks[(int)(recomputing ? TimeBucket.Recomputed : current)] += now - since;
        since = now;
    }
}
