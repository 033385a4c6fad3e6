using System.Runtime.InteropServices;

namespace Colossus.Processes;

/// <summary>Ties the life of this process to that of the one that started it.</summary>
public static partial class ParentWatch
{
    private const int SetParentDeathSignal = 1;
    private const int Kill = 9;

    /// <summary>From now on the kernel kills this process when its parent dies. Without effect where the kernel is not Linux.</summary>
    /// <remarks>Linux ties this to the parent's thread that started the process; the launcher keeps that thread to its end.</remarks>
    public static void EndWithParent()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Control(SetParentDeathSignal, Kill, 0, 0, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint first, nuint second, nuint third, nuint fourth);
}
