using System.Runtime.InteropServices;

namespace Colossus.Cli.Train;

/// <summary>
/// The signals of a training process: the first Ctrl-C, or SIGTERM, or a closed terminal (SIGHUP), is an orderly stop with a checkpoint; the second Ctrl-C, or SIGQUIT, means now.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly Action<string> say;
    private readonly CancellationTokenSource orderly = new();
    private readonly CancellationTokenSource now = new();
    private readonly List<PosixSignalRegistration> registrations = [];

    /// <summary>Without signals of the process: for callers that send their own.</summary>
    public StopSignals(Action<string> say) => this.say = say;

    /// <summary>Cancelled when training shall end after the present step, with a checkpoint.</summary>
    public CancellationToken Orderly => orderly.Token;

    /// <summary>Cancelled when it shall end at once.</summary>
    public CancellationToken Now => now.Token;

    /// <summary>Whether somebody asked for an end.</summary>
    public bool Asked => orderly.IsCancellationRequested || now.IsCancellationRequested;

    /// <summary>Listens to the signals of this process.</summary>
    public static StopSignals OfProcess(Action<string> say)
    {
        var signals = new StopSignals(say);
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
        {
            signals.registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                signals.Take(context.Signal);
            }));
        }

        return signals;
    }

    /// <summary>Takes one signal.</summary>
    public void Take(PosixSignal signal)
    {
        if (signal == PosixSignal.SIGQUIT || (signal == PosixSignal.SIGINT && orderly.IsCancellationRequested))
        {
            say("stopping now, without a checkpoint");
            now.Cancel();
        }
        else if (!orderly.IsCancellationRequested)
        {
            say(signal == PosixSignal.SIGINT
                ? "stopping after this step, with a checkpoint; press Ctrl-C again to stop now"
                : "stopping after this step, with a checkpoint");
            orderly.Cancel();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        orderly.Dispose();
        now.Dispose();
    }
}
