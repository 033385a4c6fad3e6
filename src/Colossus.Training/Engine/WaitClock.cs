using Colossus.Plan.Layouts;
using Colossus.Protocol.Time;

namespace Colossus.Training.Engine;

/// <summary>Books waits within computation; those within an evaluation or a checkpoint stay theirs.</summary>
/// <param name="clock">The rank's clock.</param>
internal sealed class WaitClock(PhaseClock clock)
{
    private bool waiting;

    /// <summary>A wait begins.</summary>
    /// <param name="axis">Along which axis others are waited for.</param>
    public void Begin(GroupAxis axis)
    {
        if (clock.Current == TimeBucket.Compute)
        {
            waiting = true;
            clock.Enter(BucketOf(axis));
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

    private static TimeBucket BucketOf(GroupAxis axis) => axis switch
    {
        GroupAxis.Tensor => TimeBucket.ExposedTensor,
        GroupAxis.Context => TimeBucket.ExposedContext,
        GroupAxis.Expert => TimeBucket.ExposedExpert,
        GroupAxis.Pipeline => TimeBucket.ExposedPipeline,
        _ => TimeBucket.ExposedData,
    };
}
