using Colossus.Launch.Local;
using Colossus.Plan.Work;
using Colossus.Runs.Events;
using Colossus.Runs.Time;
using Colossus.Specs.Jobs;
using Colossus.Supervision;

namespace Colossus.Cli.Train;

/// <summary>Runs the ranks as processes of this machine.</summary>
internal sealed class LocalRunLauncher(TimeProvider time) : IRunLauncher
{
    /// <inheritdoc/>
    public async Task<FinishedEvent> RunAsync(LaunchOrder order, RunJournal journal, StopSignals signals)
    {
        var plan = new LaunchPlan(
            order.Job, order.Folder, order.Corpus.Data.Folder, order.Worker.Program, order.Worker.Arguments, order.Checkpoint, order.Step, journal.Session,
            order.TraceFile is null ? null : order.Folder.TraceFolder(journal.Session));
        var result = await new LocalLauncher(time).RunAsync(plan, new Observer(journal, order.Job), signals.Orderly, signals.Now);
        var status = result.Outcome switch
        {
            RunOutcome.Completed => "completed",
            RunOutcome.Stopped => "stopped",
            RunOutcome.Unsaved => "unsaved",
            _ => "failed",
        };
        return new FinishedEvent(
            status, result.Steps, result.Loss, result.BitsPerByte, result.WeightsSha256, result.Restarts, order.Folder.Path, result.Reason);
    }

    private sealed class Observer(RunJournal journal, JobSpec job) : ILaunchObserver
    {
        public void Happened(RunEvent runEvent) => journal.Happened(runEvent is StepEvent step ? WithSpeed(step) : runEvent);

        public void Spent(TimeRecord span) => journal.Spent(span);

        public void Processes(IReadOnlyList<LaunchedSlot> slots) =>
            journal.Ranks([.. slots.OrderBy(slot => slot.Rank < 0).ThenBy(slot => slot.Rank).Select(slot => new RankView(slot.Rank, slot.Pid, slot.State))]);

        private StepEvent WithSpeed(StepEvent step)
        {
            if (journal.View.Started is not { FlopsPerStep: { } flops } started || !(step.Seconds > 0))
            {
                return step;
            }

            // What attention within documents computes follows from where they end.
            var computed = step.VisibleTokens is { } visible ? ModelFlops.OfDocuments(ModelShape.From(job.Model), job.Train.GlobalBatch, visible) : flops;
            var speed = computed / step.Seconds;
            return step with { FlopsPerSecond = speed, ModelFlopsUtilization = speed / started.PeakFlopsPerSecond };
        }
    }
}
