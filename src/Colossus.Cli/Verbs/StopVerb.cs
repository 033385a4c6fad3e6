using System.CommandLine;
using System.Runtime.InteropServices;
using Colossus.Runs;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus stop RUN</c>: asks the run's supervisor for an orderly stop with a checkpoint, and waits for it.</summary>
internal sealed partial class StopVerb : Verb
{
    private const int SigQuit = 3;
    private const int SigTerm = 15;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly Argument<string> run;
    private readonly Option<bool> now = new("--now") { Description = "at once, without a checkpoint" };
    private readonly Option<int> limit = new("--wait")
    {
        Description = "seconds to wait for its end",
        HelpName = "seconds",
        DefaultValueFactory = _ => 60,
    };

    public StopVerb(CliHost host) : base("stop", "Stop a run in good order: after the present step, with a checkpoint", host)
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
        if (folder.LivingSupervisor() is not { Pid: > 0 } supervisor)
        {
            Host.Say($"{RunFolder.Shown(folder.Path)} is not running ({RunSummary.Read(folder).Status})");
            return ExitCode.Done;
        }

        if (supervisor.Host != Environment.MachineName)
        {
            throw CliException.Failed($"the run's supervisor is process {supervisor.Pid} on {supervisor.Host}; stop it from there");
        }

        // SIGTERM is the orderly stop, SIGQUIT the immediate one.
        var sent = Kill(supervisor.Pid, atOnce ? SigQuit : SigTerm);
        if (sent != 0)
        {
            throw CliException.Failed($"process {supervisor.Pid} cannot be signalled: {Marshal.GetLastPInvokeErrorMessage()}; is it yours?");
        }

        Host.Say($"asked process {supervisor.Pid} to stop");
        var started = Host.Time.GetTimestamp();
        while (folder.LivingSupervisor() is not null)
        {
            if (Host.Time.GetElapsedTime(started) > most)
            {
                throw CliException.Failed($"it has not ended after {most.TotalSeconds:0} s; colossus stop --now {RunFolder.Shown(folder.Path)} does not wait for a checkpoint");
            }

            await Task.Delay(Look, Host.Time, cancellation);
        }

        var summary = RunSummary.Read(folder);
        Host.Say($"{summary.Status} after step {summary.Steps}");
        return ExitCode.Done;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
