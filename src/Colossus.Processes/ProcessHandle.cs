using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Colossus.Processes;

/// <summary>A hold on one living process: a signal through it reaches that process or nobody, also when its number is given to another one meanwhile.</summary>
public sealed partial class ProcessHandle : IDisposable
{
    // The numbers of pidfd_send_signal and pidfd_open are the same on all architectures; Linux 5.1 and 5.3 brought them.
    private const nint SendSignalCall = 424;
    private const nint OpenCall = 434;

    private readonly SafeFileHandle? descriptor;

    private ProcessHandle(ProcessIdentity process, SafeFileHandle? descriptor)
    {
        Process = process;
        this.descriptor = descriptor;
    }

    /// <summary>The process.</summary>
    public ProcessIdentity Process { get; }

    /// <summary>Takes hold of a process; null when it is not alive, or cannot be seen from here.</summary>
    /// <param name="process">The process.</param>
    public static ProcessHandle? TryOpen(ProcessIdentity process)
    {
        // Opened first and compared then: from here on the descriptor means the process that was compared.
        var number = OperatingSystem.IsLinux() ? SystemCall(OpenCall, process.Pid, 0, 0, 0) : -1;
        var descriptor = number < 0 ? null : new SafeFileHandle(number, ownsHandle: true);
        if (process.Standing() == ProcessStanding.Alive)
        {
            return new ProcessHandle(process, descriptor);
        }

        descriptor?.Dispose();
        return null;
    }

    /// <summary>Sends a signal.</summary>
    /// <param name="signal">Number of the signal.</param>
    /// <returns>Null when it was sent, or the process has ended; else the system's words why not.</returns>
    public string? Send(int signal)
    {
        const int noSuchProcess = 3;
        var sent = descriptor is not null ? SystemCall(SendSignalCall, descriptor.DangerousGetHandle(), signal, 0, 0)
            // Older kernels and strict sandboxes: the moment between the look and the signal stays open.
            : Process.Standing() == ProcessStanding.Alive ? Kill(Process.Pid, signal)
            : 0;
        var error = Marshal.GetLastPInvokeError();
        return sent == 0 || error == noSuchProcess ? null : Marshal.GetPInvokeErrorMessage(error);
    }

    /// <inheritdoc/>
    public void Dispose() => descriptor?.Dispose();

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
