using System.Runtime.InteropServices;

namespace Colossus.Processes;

/// <summary>The signals by which people, shells and clusters ask a run for its end.</summary>
public static class StopSignal
{
    /// <summary>SIGTERM: <c>kill</c>, <c>stop</c>, Slurm at the time limit, Kubernetes, systemd, <c>docker stop</c>.</summary>
    public const int Terminate = 15;

    /// <summary>SIGKILL.</summary>
    public const int Kill = 9;

    /// <summary>SIGUSR1: Slurm's <c>--signal</c>, Grid Engine's <c>-notify</c>.</summary>
    public static PosixSignal User1 => (PosixSignal)(OperatingSystem.IsLinux() ? 10 : 30);

    /// <summary>SIGUSR2: LSF ahead of a limit, Grid Engine's <c>-notify</c>.</summary>
    public static PosixSignal User2 => (PosixSignal)(OperatingSystem.IsLinux() ? 12 : 31);

    /// <summary>
    /// What <c>stop --now</c> sends: a real-time signal, because a shell that starts a program with <c>&amp;</c> in a script has it ignore SIGINT and SIGQUIT,
    /// and programs keep what they inherit. SIGQUIT, which Ctrl-\ sends, means the same where it is not ignored; systems without real-time signals have it alone.
    /// </summary>
    public static int Now => OperatingSystem.IsLinux() ? 40 : 3;

    /// <summary>All that reach a process group as a whole.</summary>
    public static IReadOnlyList<PosixSignal> OfGroups { get; } = OperatingSystem.IsWindows()
        ? [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT]
        : [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT, User1, User2];

    /// <summary>From now on the calling process, one of a run's ranks, does not end by a signal to its group: what that means is the supervisor's to decide.</summary>
    /// <returns>To be kept as long as that holds.</returns>
    /// <remarks>What stops and continues processes (Ctrl-Z, SIGCONT) is left as it is: a stopped group stands still as a whole, and goes on as a whole.</remarks>
    public static IDisposable LeaveToSupervisor() => Listen(OfGroups, _ => { });

    /// <summary>Has the calling process hear of signals instead of dying of them. One that it inherited as ignored (nohup, a background job) stays ignored.</summary>
    /// <param name="signals">The signals.</param>
    /// <param name="heard">Called with each, on a thread of the pool.</param>
    /// <returns>To be kept as long as that holds.</returns>
    public static IDisposable Listen(IEnumerable<PosixSignal> signals, Action<PosixSignal> heard) => new Registrations(
    [
        .. signals.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            heard(signal);
        })),
    ]);

    private sealed class Registrations(IReadOnlyList<PosixSignalRegistration> all) : IDisposable
    {
        public void Dispose()
        {
            foreach (var one in all)
            {
                one.Dispose();
            }
        }
    }
}
