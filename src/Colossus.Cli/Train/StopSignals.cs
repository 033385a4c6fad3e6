using System.Runtime.InteropServices;
using Colossus.Processes;

namespace Colossus.Cli.Train;

/// <summary>
/// The signals of a training process. SIGINT (Ctrl-C), SIGTERM, SIGHUP (a closed terminal), SIGUSR1 and SIGUSR2 (ahead of a cluster's time limit) ask for a graceful stop with a
/// checkpoint. SIGQUIT, what <c>stop --now</c> sends, and the same SIGINT or SIGTERM a second time mean now.
/// </summary>
/// <remarks>
/// Clusters repeat themselves: <c>timeout</c> signals its child and then the group that the child is in, Slurm warns with one signal and sends another at the limit. So a second
/// request counts only when it is the same signal and comes at least a second after the first; whoever still waits then wants the end more than the checkpoint.
/// </remarks>
internal sealed class StopSignals : IDisposable
{
    /// <summary>The same signal within this time is the same request.</summary>
    public static readonly TimeSpan OneRequest = TimeSpan.FromSeconds(1);

    private readonly Action<string> say;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly Dictionary<PosixSignal, long> firstHeard = [];
    private readonly CancellationTokenSource orderly = new();
    private readonly CancellationTokenSource now = new();
    private IDisposable? registrations;

    /// <summary>Without signals of the process: for callers that send their own.</summary>
    /// <param name="say">Hears what will happen.</param>
    /// <param name="time">The clock.</param>
    public StopSignals(Action<string> say, TimeProvider time)
    {
        this.say = say;
        this.time = time;
    }

    /// <summary>Cancelled when training shall end after the present step, with a checkpoint.</summary>
    public CancellationToken Orderly => orderly.Token;

    /// <summary>Cancelled when it shall end at once.</summary>
    public CancellationToken Now => now.Token;

    /// <summary>What a graceful stop will do at this moment.</summary>
    public Func<string> Outlook { private get; set; } = () => "before training begins";

    /// <summary>Listens to the signals of this process.</summary>
    /// <param name="say">Hears what will happen.</param>
    /// <param name="time">The clock.</param>
    public static StopSignals OfProcess(Action<string> say, TimeProvider time)
    {
        var signals = new StopSignals(say, time);
        signals.registrations = StopSignal.Listen([.. StopSignal.OfGroups, .. (PosixSignal[])(OperatingSystem.IsLinux() ? [(PosixSignal)StopSignal.Now] : [])], signals.Take);
        return signals;
    }

    /// <summary>Takes one signal.</summary>
    /// <param name="signal">The signal.</param>
    public void Take(PosixSignal signal)
    {
        bool atOnce;
        lock (gate)
        {
            var again = !firstHeard.TryAdd(signal, time.GetTimestamp());
            atOnce = signal == PosixSignal.SIGQUIT || signal == (PosixSignal)StopSignal.Now
                || (again && signal is PosixSignal.SIGINT or PosixSignal.SIGTERM && time.GetElapsedTime(firstHeard[signal]) >= OneRequest);
            if (now.IsCancellationRequested || (again && !atOnce))
            {
                return;
            }
        }

        if (atOnce)
        {
            say("stopping now, without a checkpoint");
            now.Cancel();
        }
        else
        {
            say($"stopping {Outlook()}{(signal == PosixSignal.SIGINT ? "; press Ctrl-C again to stop now" : "")}");
            orderly.Cancel();
        }
    }

    /// <inheritdoc/>
    /// <remarks>The sources stay usable: a signal that came just before may still be on its way through another thread.</remarks>
    public void Dispose() => registrations?.Dispose();
}
