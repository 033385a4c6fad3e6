using System.Runtime.InteropServices;

namespace Colossus.Launch.Protocol;

/// <summary>How a worker ends, and with whom.</summary>
public static partial class ProcessEnd
{
    private const int SetParentDeathSignal = 1;
    private const int Kill = 9;

    /// <summary>Ends the process at once: no finalisers, no waiting for threads that compute.</summary>
    /// <param name="code">Exit code.</param>
    public static void Now(int code) => Exit(code);

    /// <summary>Lets the kernel kill this process when its parent ends, however that ends.</summary>
    /// <param name="parent">The process that started this one; when it is gone already, this one ends now.</param>
    public static void WithParent(int parent)
    {
        _ = ProcessControl(SetParentDeathSignal, Kill, 0, 0, 0);
        if (parent != 0 && ParentId() != parent)
        {
            Exit(1);
        }
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentId();
}
