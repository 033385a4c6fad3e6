using System.Runtime.InteropServices;

namespace Colossus.Checkpoints.Files;

/// <summary>The two things about folders that the base library does not offer: flushing their entries, and swapping two of them.</summary>
internal static partial class UnixFolders
{
    private const int closeOnExec = 0x80000; // O_CLOEXEC of Linux; O_RDONLY is 0
    private const int currentFolder = -100; // AT_FDCWD
    private const uint exchange = 2; // RENAME_EXCHANGE
    private const int noSuchCall = 38; // ENOSYS
    private const int invalid = 22; // EINVAL: the file system does not know the flag

    /// <summary>fsync of a folder; nothing on Windows, which has no such thing.</summary>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = Open(path, OperatingSystem.IsLinux() ? closeOnExec : 0);
        if (descriptor < 0)
        {
            throw Failure(path);
        }

        try
        {
            // Some network file systems refuse to flush a folder: they keep entries in order by themselves.
            if (Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() != invalid)
            {
                throw Failure(path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>renameat2 with RENAME_EXCHANGE (Linux 3.15 on); false where it is not to be had.</summary>
    public static bool TryExchange(string first, string second)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            if (Rename(currentFolder, first, currentFolder, second, exchange) == 0)
            {
                return true;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }

        return Marshal.GetLastPInvokeError() is noSuchCall or invalid ? false : throw Failure(first);
    }

    private static IOException Failure(string path)
    {
        int code = Marshal.GetLastPInvokeError();
        string message = $"{Marshal.GetPInvokeErrorMessage(code)}: {path}";
        return code == 2 ? new DirectoryNotFoundException(message) : new IOException(message, code);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int firstFolder, string first, int secondFolder, string second, uint flags);
}
