using Microsoft.Win32.SafeHandles;

namespace Colossus.Launch.Protocol;

/// <summary>Standard input and output as raw streams.</summary>
public static class WorkerStreams
{
    /// <summary>Opens file descriptors 0 and 1; nothing else of the process may use them.</summary>
    /// <returns>A channel to the supervisor; not started yet.</returns>
    public static RankChannel Open() => new(
        new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0),
        new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0));
}
