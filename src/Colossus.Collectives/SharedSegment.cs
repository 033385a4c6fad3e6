using System.Runtime.InteropServices;

namespace Colossus.Collectives;

/// <summary>Memory that processes of one machine share, and that outlives them: a file in <c>/dev/shm</c>.</summary>
public sealed unsafe class SharedSegment : IDisposable
{
    /// <summary>The environment variable that names another folder than <c>/dev/shm</c>.</summary>
    public const string FolderVariable = "COLOSSUS_SHM";

    private bool unmapped;

    private SharedSegment(string name, byte* pointer, long bytes)
    {
        Name = name;
        Pointer = pointer;
        Bytes = bytes;
    }

    /// <summary>The folder of all segments.</summary>
    public static string Folder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } chosen ? chosen : "/dev/shm";

    /// <summary>The segment's name: a file name.</summary>
    public string Name { get; }

    /// <summary>First byte, page aligned.</summary>
    public byte* Pointer { get; }

    /// <summary>Size.</summary>
    public long Bytes { get; }

    /// <summary>Makes a segment, all zero; it appears under its name only when it is whole.</summary>
    /// <param name="name">A file name that nobody uses.</param>
    /// <param name="bytes">Size, 1 or more.</param>
    /// <exception cref="SharedMemoryException">The name is taken, or there is not enough room.</exception>
    public static SharedSegment Create(string name, long bytes)
    {
        string path = PathOf(name);
        string temporary = $"{path}.new-{Environment.ProcessId}";
        if (File.Exists(path))
        {
            throw new SharedMemoryException($"shared memory {path} exists already");
        }

        int file = Libc.Open(temporary, Libc.ReadWrite | Libc.CreateNew | Libc.CloseOnExec, 0x180);
        if (file < 0)
        {
            throw new SharedMemoryException($"cannot create {temporary}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            int error = Libc.Reserve(file, 0, bytes);
            if (error != 0)
            {
                throw error == Libc.NoSpace
                    ? new SharedMemoryException(
                        $"{Folder} has no room for {bytes >> 20} MiB of training state ({new DriveInfo(Folder).AvailableFreeSpace >> 20} MiB are free); "
                        + "use a smaller model, enlarge it (mount -o remount,size=… /dev/shm), or set COLOSSUS_SHM to another memory file system")
                    : new SharedMemoryException($"cannot reserve {bytes} bytes in {Folder}: {Marshal.GetPInvokeErrorMessage(error)}");
            }

            byte* pointer = Map(file, bytes, name);
            File.Move(temporary, path);
            return new SharedSegment(name, pointer, bytes);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    /// <summary>Maps a segment that another process made.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The segment, or null when there is none of that name.</returns>
    /// <exception cref="SharedMemoryException">It exists but cannot be mapped.</exception>
    public static SharedSegment? TryOpen(string name)
    {
        string path = PathOf(name);
        int file = Libc.Open(path, Libc.ReadWrite | Libc.CloseOnExec, 0);
        if (file < 0)
        {
            return null;
        }

        try
        {
            long bytes = new FileInfo(path) is { Exists: true } info ? info.Length : 0;
            return bytes == 0 ? null : new SharedSegment(name, Map(file, bytes, name), bytes);
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    /// <summary>Deletes a segment's name; those that have it mapped keep the memory. Nothing happens when there is none.</summary>
    public static void Remove(string name) => File.Delete(PathOf(name));

    /// <summary>Unmaps the memory; the segment itself stays until it is removed.</summary>
    public void Dispose()
    {
        if (!unmapped)
        {
            unmapped = true;
            _ = Libc.Unmap(Pointer, (nuint)Bytes);
        }
    }

    private static string PathOf(string name) => Path.Combine(Folder, name);

    private static byte* Map(int file, long bytes, string name)
    {
        void* address = Libc.Map(null, (nuint)bytes, Libc.ProtectReadWrite, Libc.MapShared, file, 0);
        return address == (void*)-1
            ? throw new SharedMemoryException($"cannot map {bytes} bytes of {name}: {Marshal.GetLastPInvokeErrorMessage()}")
            : (byte*)address;
    }
}
