using System.CommandLine;
using Colossus.Cli.Train;
using Colossus.Processes;
using Colossus.Runs;
using Colossus.Runs.Events;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus stop RUN</c>: asks the run's supervisor for a graceful stop with a checkpoint, and waits for it.</summary>
internal sealed class StopVerb : Verb
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Within this a supervisor that has taken a run has also written who it is.</summary>
    private static readonly TimeSpan NameWithin = TimeSpan.FromSeconds(2);

    /// <summary>What is to end now and still runs after this is killed; its ranks end with it.</summary>
    private static readonly TimeSpan KillAfter = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(5);

    private readonly Argument<string> run;
    private readonly Option<bool> now = new("--now") { Description = "at once, without a checkpoint; killed if that takes longer than 5 s" };
    private readonly Option<int> limit = new("--wait")
    {
        Description = "seconds to wait for its end",
        HelpName = "seconds",
        DefaultValueFactory = _ => 60,
    };

    public StopVerb(CliHost host) : base("stop", "Stop a run gracefully: after the present step, with a checkpoint", host)
    {
        run = Words("run", "folder of a run that goes on");
        Arguments.Add(run);
        Options.Add(now);
        Options.Add(limit);
        SetAction((parsed, cancellation) =>
            RunAsync(Full(parsed.GetRequiredValue(run)), parsed.GetValue(now), TimeSpan.FromSeconds(parsed.GetValue(limit)), cancellation));
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("colossus stop runs/quickstart-20260131-120000", "stop; continue later with train --resume"),
        new("colossus stop runs/quickstart-20260131-120000 --now", "do not wait for a checkpoint"),
    ];

    private async Task<int> RunAsync(string path, bool atOnce, TimeSpan most, CancellationToken cancellation)
    {
        var folder = RunFolder.Open(path);
        using var supervisor = await FindAsync(folder, cancellation);
        if (supervisor is not null)
        {
            Send(supervisor, atOnce ? StopSignal.Now : StopSignal.Terminate);
            Host.Say($"asked process {supervisor.Process.Pid} to stop {(atOnce ? "now, without a checkpoint" : Outlook(folder))}");
            await AwaitEndAsync(folder, supervisor, atOnce, most, cancellation);
        }

        var summary = RunSummary.Read(folder);
        Host.Say(supervisor is null
            ? $"{RunFolder.Shown(folder.Path)} is not running ({summary.Status})"
            : $"{summary.Status} after step {summary.Steps}");
        return ExitCode.Done;
    }

    /// <summary>The process that is at work on the run; null when there is none.</summary>
    /// <exception cref="CliException">It is somewhere else, or nobody can say which one it is. No signal goes to whoever happens to have its number here.</exception>
    private async Task<ProcessHandle?> FindAsync(RunFolder folder, CancellationToken cancellation)
    {
        var started = Host.Time.GetTimestamp();
        while (folder.LivingSupervisor() is { } record)
        {
            if (ProcessHandle.TryOpen(record.Process) is { } supervisor)
            {
                return supervisor;
            }

            if (record.Pid > 0 && record.Process.Standing() == ProcessStanding.OutOfSight)
            {
                throw CliException.Lacks(Elsewhere(record, folder));
            }

            // It has ended, and the lock with it, or another one has just taken the run.
            if (Host.Time.GetElapsedTime(started) > NameWithin)
            {
                throw CliException.Failed(
                    $"somebody holds {RunFolder.Shown(folder.LockFile)}, but {RunFolder.Shown(folder.SupervisorFile)} does not name a living process, so nobody was signalled; "
                    + $"see who it is, on the machine where it runs: fuser -v {folder.LockFile}");
            }

            await Task.Delay(Look, Host.Time, cancellation);
        }

        return null;
    }

    private static string Elsewhere(SupervisorRecord record, RunFolder folder)
    {
        var there = record.Boot == ProcessTable.OfThisMachine.Boot
            ? $"stop it in that container (docker exec, kubectl exec): colossus stop PATH, with the run's path there; or end the container, which stops the run with a checkpoint; lsns --type pid lists PID namespaces"
            : $"stop it there: colossus stop {folder.Path}";
        return $"the run's supervisor is {record.Place()} and cannot be reached from here; {there}";
    }

    private async Task AwaitEndAsync(RunFolder folder, ProcessHandle supervisor, bool atOnce, TimeSpan most, CancellationToken cancellation)
    {
        var started = Host.Time.GetTimestamp();
        var (killAt, tellAt) = (most < KillAfter ? most : KillAfter, TellEvery);
        var killed = false;
        while (folder.LivingSupervisor() is not null)
        {
            var passed = Host.Time.GetElapsedTime(started);
            if (atOnce && !killed && passed >= killAt)
            {
                killed = true;
                Send(supervisor, StopSignal.Kill);
                Host.Say($"it has not ended after {passed.TotalSeconds:0} s: killed; its ranks end with it");
            }
            else if (passed > (killed ? most + KillAfter : most))
            {
                throw CliException.Failed($"it has not ended after {passed.TotalSeconds:0} s" + (atOnce
                    ? ", although it was killed: the kernel waits for something on its behalf, most likely a disk or a network file system that does not answer (dmesg tells)"
                    : $"; wait for longer with --wait, or end it without a checkpoint: colossus stop --now {RunFolder.Shown(folder.Path)}"));
            }
            else if (passed >= tellAt)
            {
                tellAt += TellEvery;
                Host.Say($"waiting for its end for {passed.TotalSeconds:0} s");
            }

            await Task.Delay(Look, Host.Time, cancellation);
        }
    }

    private static void Send(ProcessHandle supervisor, int signal)
    {
        if (supervisor.Send(signal) is { } error)
        {
            throw CliException.Failed($"the run's supervisor cannot be signalled: {error}; stop it as the user who started it, or as root");
        }
    }

    private static string Outlook(RunFolder folder) => StopOutlook.Of(
        RunReader.Metrics(folder) is [.., { } step] ? step.Seconds : null,
        RunReader.Events(folder).OfType<CheckpointEvent>().LastOrDefault()?.Seconds);
}
