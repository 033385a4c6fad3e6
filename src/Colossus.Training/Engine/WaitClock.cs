using Colossus.Protocol.Time;

namespace Colossus.Training.Engine;

/// <summary>Books waits within computation; those within an evaluation or a checkpoint stay theirs.</summary>
/// <param name="clock">The rank's clock.</param>
internal sealed class WaitClock(PhaseClock clock)
{
    private bool waiting;

    /// <summary>A wait begins.</summary>
    public void Begin(WaitKind kind)
    {
        if (clock.Current == TimeBucket.Compute)
        {
            waiting = true;
            clock.Enter(kind == WaitKind.Data ? TimeBucket.ExposedData : TimeBucket.ExposedPipeline);
        }
    }

    /// <summary>A wait ends, if there was one.</summary>
    public void End()
    {
        if (waiting)
        {
            waiting = false;
            clock.Enter(TimeBucket.Compute);
        }
    }
}
