using Colossus.Checkpoints;
using Colossus.Cli.Terminal;
using Colossus.Cli.Traces;
using Colossus.Cli.Workers;
using Colossus.Plan.Layouts;
using Colossus.Processes;
using Colossus.Runs;
using Colossus.Runs.Events;
using Colossus.Runs.Reports;

namespace Colossus.Cli.Train;

/// <summary>One session of a run: from the taken run folder to the report at its end.</summary>
/// <param name="host">Where it writes.</param>
/// <param name="launcher">Starts the ranks.</param>
/// <param name="json">Whether events go to standard output as JSON lines.</param>
internal sealed class TrainRun(CliHost host, IRunLauncher launcher, bool json)
{
    /// <summary>Trains to the end, or to a stop.</summary>
    /// <param name="order">What to run; nobody else may hold its folder.</param>
    /// <param name="size">Size of the job's model.</param>
    /// <param name="speed">Measured speed of this machine; null when not known.</param>
    /// <param name="signals">Requests to stop.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="RunFolderException">Somebody else holds the run, or it cannot be written.</exception>
    public async Task<int> RunAsync(LaunchOrder order, ModelSize? size, WorkerProbe? speed, StopSignals signals)
    {
        using var held = order.Folder.Take(SupervisorRecord.Of(ProcessIdentity.Current, host.Time.GetUtcNow()));
        order.Folder.WriteData(order.Corpus.Data);
        var aside = SetLaterAside(order);
        var view = new TrainView();
        signals.Outlook = () => StopOutlook.Of(view.Step?.Seconds, view.Checkpoint?.Seconds);
        FinishedEvent finished;
        int session;
        using (var recorder = new RunRecorder(order.Folder))
        {
            await using var display = Display(view);
            session = recorder.Session;
            var journal = new RunJournal(recorder, view, display, host.Time, host.Warn);
            journal.Happened(Started(order, size, speed));
            journal.Happened(StepDemand.Event(StepDemand.Of(order.Job)));
            foreach (var (from, to) in aside)
            {
                journal.Happened(new NoteEvent("info", $"{from} is later than step {order.Step}, where the run goes on: set aside as {to}"));
            }

            var data = order.Corpus.Data;
            journal.Happened(new CorpusEvent(data.Hash, data.TrainTokens, data.HeldOutTokens, order.Corpus.Replaced));
            finished = WithSavedStep(await launcher.RunAsync(order, journal, signals), order);
            journal.Happened(finished);
        }

        WriteReport(order.Folder);
        if (!json)
        {
            try
            {
                // What a full disk did not take is known here all the same.
                FinalReport.Write(host.Console, RunSummary.Read(order.Folder) with { End = finished, Text = view.Text });
            }
            catch (OutputException)
            {
                // Nobody listens any more; report.html says the same.
            }
        }

        if (order.TraceFile is { } trace)
        {
            WriteTrace(order, trace, session);
        }

        TellWhatIsLeft(finished, order);
        return finished.Status switch
        {
            "completed" => ExitCode.Done,
            "stopped" => ExitCode.Interrupted,
            _ => ExitCode.Failed,
        };
    }

    private static IReadOnlyList<(string From, string To)> SetLaterAside(LaunchOrder order)
    {
        try
        {
            return CheckpointAside.SetLaterAside(order.Folder.CheckpointsFolder, order.Step);
        }
        catch (CheckpointException error)
        {
            throw CliException.Failed($"a later checkpoint cannot be set aside. {error.Message}");
        }
    }

    private FinishedEvent WithSavedStep(FinishedEvent finished, LaunchOrder order)
    {
        if (finished.Status is not ("unsaved" or "failed"))
        {
            return finished;
        }

        host.Say("looking for the newest good checkpoint ...");
        return finished with { SavedStep = CheckpointChoice.Of(order.Folder, null, order.Job, host.Warn)?.Step };
    }

    /// <summary>The last lines of a run whose end is not on disk: what is lost, what is left, what to do.</summary>
    private void TellWhatIsLeft(FinishedEvent finished, LaunchOrder order)
    {
        if (finished.Status is not ("unsaved" or "failed"))
        {
            return;
        }

        var run = RunFolder.Shown(order.Folder.Path);
        if (finished.Status == "unsaved")
        {
            host.Complain($"the weights of step {finished.Steps} were not saved. {finished.Reason}");
        }

        host.Say(finished.SavedStep is { } saved
            ? $"newest good checkpoint: step {saved} of {order.Job.Train.Steps}, {RunFolder.Shown(Path.Combine(order.Folder.CheckpointsFolder, CheckpointFolder.Name(saved)))}"
            : "there is no good checkpoint");
        host.Say((finished.SavedStep ?? 0) < finished.Steps
            ? $"then: colossus train --resume {run} computes steps {(finished.SavedStep ?? 0) + 1} to {finished.Steps} again"
            : $"then: colossus train --resume {run} goes on");
    }

    private static StartedEvent Started(LaunchOrder order, ModelSize? size, WorkerProbe? speed)
    {
        var job = order.Job;
        var tokens = (long)job.Train.GlobalBatch * job.Model.Sequence;
        return new StartedEvent(
            order.Folder.Path,
            job.Name,
            job.Parallel.Ranks,
            job.Train.Steps,
            size?.Parameters,
            tokens,
            size?.FlopsPerToken * tokens,
            speed?.Peak,
            order.Checkpoint is null ? null : order.Step,
            RankAxes.Of(job.Parallel),
            order.Numerics);
    }

    private ITrainDisplay Display(TrainView view) =>
        json ? new JsonDisplay(host.Out)
        : host.OutIsLive ? new LiveDisplay(host.Console, view, host.Time)
        : new PlainDisplay(host.Out, view);

    private void WriteTrace(LaunchOrder order, string path, int session)
    {
        var folder = order.Folder.TraceFolder(session);
        try
        {
            host.Say("putting the trace together ...");
            var trace = RunTrace.Read(folder, order.Job);
            TraceFile.Write(path, trace.Rows, trace.Spans, trace.Messages);
            host.Say($"trace: {RunFolder.Shown(path)}, {trace.Spans.Count} spans; open it at https://ui.perfetto.dev");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            host.Warn($"{RunFolder.Shown(path)} cannot be written: {error.Message.TrimEnd('.')}; what each rank did stands in {RunFolder.Shown(folder)}");
        }
    }

    private void WriteReport(RunFolder folder)
    {
        try
        {
            RunReport.Write(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            host.Warn($"{RunFolder.Shown(folder.ReportFile)} cannot be written: {error.Message}");
        }
    }
}
