using Colossus.Cli.Workers;
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
        var view = new TrainView();
        signals.Outlook = () => StopOutlook.Of(view.Step?.Seconds, view.Checkpoint?.Seconds);
        FinishedEvent finished;
        using (var recorder = new RunRecorder(order.Folder))
        {
            await using var display = Display(view);
            var journal = new RunJournal(recorder, view, display, host.Time, host.Warn);
            journal.Happened(Started(order, size, speed));
            finished = await launcher.RunAsync(order, journal, signals);
            journal.Happened(finished);
        }

        WriteReport(order.Folder);
        if (!json)
        {
            try
            {
                FinalReport.Write(host.Console, finished, view.Text, RunSummary.Read(order.Folder));
            }
            catch (IOException)
            {
                // The terminal was closed; report.html says the same.
            }
        }

        return finished.Status switch
        {
            "completed" => ExitCode.Done,
            "stopped" => ExitCode.Interrupted,
            _ => ExitCode.Failed,
        };
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
            order.Checkpoint is null ? null : order.Step);
    }

    private ITrainDisplay Display(TrainView view) =>
        json ? new JsonDisplay(host.Out)
        : host.OutIsTerminal ? new LiveDisplay(host.Console, view, host.Time)
        : new PlainDisplay(host.Out, view);

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
