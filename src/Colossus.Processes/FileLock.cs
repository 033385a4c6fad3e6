using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Colossus.Processes;

/// <summary>
/// A lock of the kernel (flock) on a file. It is visible in every container that sees the file, and ends with the process, however that ends.
/// </summary>
public sealed partial class FileLock : IDisposable
{
    private const int Shared = 1;
    private const int Exclusive = 2;
    private const int NoWait = 4;

    private readonly FileStream file;

    private FileLock(FileStream file, bool enforced)
    {
        this.file = file;
        Enforced = enforced;
    }

    /// <summary>Whether the lock keeps others out: false on file systems that know none, where everybody gets it.</summary>
    public bool Enforced { get; }

    /// <summary>Takes a file for this process alone; null when somebody holds it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="make">Whether to make it when it is not there; readable and writable by its owner, readable by all.</param>
    /// <exception cref="IOException">It is not there, or the disk fails.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    public static FileLock? TryTake(string path, bool make) =>
        Open(path, make ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.None, Exclusive);

    /// <summary>Shares a file with others that do; null when somebody has it alone.</summary>
    /// <param name="path">The file.</param>
    /// <param name="make">Whether to make it when it is not there; readable and writable by its owner, readable by all.</param>
    /// <exception cref="IOException">It is not there, or the disk fails.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    public static FileLock? TryShare(string path, bool make) =>
        Open(path, make ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.Read, FileShare.Read, Shared);

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static FileLock? Open(string path, FileMode mode, FileAccess access, FileShare share, int operation)
    {
        FileStream file;
        try
        {
            // The base library locks with these shares, but is silent where it cannot, or where its own setting forbids it.
            file = new FileStream(path, mode, access, share, bufferSize: 0);
        }
        catch (IOException error) when (IsHeld(error))
        {
            return null;
        }

        if (OperatingSystem.IsWindows() || Lock(file.SafeFileHandle, operation | NoWait) == 0)
        {
            return new FileLock(file, enforced: true);
        }

        if (IsWouldBlock(Marshal.GetLastPInvokeError()))
        {
            file.Dispose();
            return null;
        }

        return new FileLock(file, enforced: false);
    }

    // ERROR_SHARING_VIOLATION of Windows; elsewhere the number of the system's error itself.
    internal static bool IsHeld(IOException error) => IsWouldBlock(error.HResult) || error.HResult == unchecked((int)0x80070020);

    // Linux; BSD and macOS.
    private static bool IsWouldBlock(int error) => error is 11 or 35;

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle descriptor, int operation);
}
