using System.Runtime.InteropServices;

namespace Colossus.Data.Sources;

/// <summary>
/// What a path leads to, without opening it: opening a FIFO waits for a writer, perhaps for ever. .NET does not tell, so the kernel is asked; on systems other than
/// Linux every path counts as a file.
/// </summary>
internal static partial class FileTypes
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint TypeMask = 1; // STATX_TYPE
    private const int ModeAt = 28; // Of struct statx, which is the same on every architecture (linux/stat.h).

    /// <summary>What stands in a file's place; null for a regular file, a folder, and what cannot be looked at.</summary>
    public static string? Special(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> about = stackalloc byte[256];
        if (StatX(CurrentFolder, path, 0, TypeMask, about) != 0)
        {
            return null;
        }

        return (MemoryMarshal.Read<ushort>(about[ModeAt..]) & 0xF000) switch
        {
            0x1000 => "a pipe",
            0x2000 or 0x6000 => "a device",
            0xC000 => "a socket",
            _ => null,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, Span<byte> about);
}
