using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Colossus.Training.Native;

/// <summary>
/// A file that lies in no folder (memfd_create): what is loaded from it is what this process has put there. A patched library in a cache would need a
/// place to write, and trust in everybody who can write there too.
/// </summary>
internal sealed partial class MemoryFile : IDisposable
{
    private const uint CloseOnExec = 1; // MFD_CLOEXEC

    private readonly SafeFileHandle handle;

    private MemoryFile(SafeFileHandle handle) => this.handle = handle;

    /// <summary>Path by which this process opens it, until it is disposed.</summary>
    public string Path => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    /// <summary>Makes a file with a content.</summary>
    /// <param name="name">Shown in <c>/proc/PID/maps</c>.</param>
    /// <param name="content">All of its bytes.</param>
    /// <exception cref="IOException">The system gives no such file, or memory is short.</exception>
    public static MemoryFile Of(string name, ReadOnlySpan<byte> content)
    {
        int descriptor = Create(name, CloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"no file in memory can be made: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var file = new MemoryFile(new SafeFileHandle(descriptor, ownsHandle: true));
        RandomAccess.Write(file.handle, content, 0);
        return file;
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Create(string name, uint flags);
}
