using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Colossus.Processes;

/// <summary>Ends this process without waiting for anything.</summary>
public static partial class ProcessEnd
{
    /// <summary>Leaves at once: no finalizers, no native destructors, no other thread is waited for.</summary>
    /// <param name="code">Exit code, 0 to 255.</param>
    [DoesNotReturn]
    public static void Now(int code)
    {
        if (!OperatingSystem.IsWindows())
        {
            Leave(code);
        }

        Environment.Exit(code);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Leave(int code);
}
