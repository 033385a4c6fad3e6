using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Colossus.Protocol;

/// <summary>Standard input and output of a rank as its line to the supervisor.</summary>
public static partial class WorkerStreams
{
    private const int Input = 0;
    private const int Output = 1;
    private const int Errors = 2;

    /// <summary>Takes file descriptors 0 and 1 for the line.</summary>
    /// <returns>A channel to the supervisor; not started yet.</returns>
    /// <remarks>
    /// What libraries print on standard output goes to standard error from here on, and so into the rank's log: in the middle of a report it would make that unreadable.
    /// </remarks>
    /// <exception cref="Win32Exception">The process has no file descriptor left.</exception>
    public static RankChannel Open()
    {
        var reports = Output;
        if (!OperatingSystem.IsWindows())
        {
            reports = Checked(Duplicate(Output));
            Checked(Replace(Errors, Output));
        }

        return new RankChannel(
            new FileStream(new SafeFileHandle(Input, ownsHandle: false), FileAccess.Read, bufferSize: 0),
            new FileStream(new SafeFileHandle(reports, ownsHandle: false), FileAccess.Write, bufferSize: 0));
    }

    private static int Checked(int descriptor) => descriptor >= 0 ? descriptor : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Replace(int descriptor, int target);
}
