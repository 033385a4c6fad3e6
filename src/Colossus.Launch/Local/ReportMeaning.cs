using Colossus.Protocol;
using Colossus.Protocol.Time;
using Colossus.Supervision;

namespace Colossus.Launch.Local;

/// <summary>What a rank's report means to the supervisor.</summary>
internal static class ReportMeaning
{
    /// <summary>What happened, in order.</summary>
    /// <param name="slot">Who reports.</param>
    /// <param name="rank">The rank that it has; rank 0 tells of steps for all.</param>
    /// <param name="report">What it says.</param>
    public static IEnumerable<SupervisorEvent> Events(int slot, int rank, RankReport report)
    {
        yield return report switch
        {
            ReadyReport => new SupervisorEvent.SlotReady(slot),
            JoinedReport joined => new SupervisorEvent.Joined(slot, joined.Epoch, joined.Step),
            ParkedReport parked => new SupervisorEvent.Parked(slot, parked.Epoch),
            FinishedReport done => new SupervisorEvent.RankFinished(slot, done.Epoch, done.Stopped, done.Unsaved),
            FailedReport failed => new SupervisorEvent.RankFailed(slot, failed.Code, failed.Reason),
            _ => new SupervisorEvent.Alive(slot),
        };
        if (report is StepReport step && rank == 0)
        {
            yield return new SupervisorEvent.StepDone(step.Epoch, step.Step);
        }
    }

    /// <summary>Seconds since the process began; null when the report does not tell.</summary>
    /// <param name="report">What the rank says.</param>
    public static TimeBuckets? Spent(RankReport report) => report switch
    {
        AliveReport alive => alive.Buckets,
        FinishedReport done => done.Buckets,
        _ => null,
    };
}
