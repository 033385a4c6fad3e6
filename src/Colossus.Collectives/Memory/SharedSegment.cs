using System.Globalization;
using System.Runtime.InteropServices;
using Colossus.Processes;

namespace Colossus.Collectives;

/// <summary>
/// A named piece of memory that several processes map at the same time and that outlives them: a file in <see cref="Directory"/>.
/// It is gone when <see cref="Remove"/> has been called and nobody maps it any more.
/// </summary>
public sealed unsafe class SharedSegment : IDisposable
{
    private byte* pointer;

    private SharedSegment(string name, byte* pointer, long bytes, bool writable)
    {
        Name = name;
        this.pointer = pointer;
        Bytes = bytes;
        IsWritable = writable;
    }

    /// <summary>Folder of the segments: that of <see cref="MemoryLease"/>.</summary>
    public static string Directory => MemoryLease.Folder;

    /// <summary>Name of the segment: a file name without a folder.</summary>
    public string Name { get; }

    /// <summary>Size in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Whether this mapping can be written to.</summary>
    public bool IsWritable { get; }

    /// <summary>First byte of the mapping, aligned to a page.</summary>
    /// <exception cref="ObjectDisposedException">The mapping is gone.</exception>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(pointer == null, this);
            return pointer;
        }
    }

    /// <summary>
    /// Makes a segment of zeros, all its memory set aside at once, so that a full file system is an error here and never a fault later.
    /// It gets its name only when it is complete: nobody can open a half-made one.
    /// </summary>
    /// <param name="name">Name, free until now; <see cref="MemoryLease.Segment"/> gives one that is cleared away when all who hold the lease have died.</param>
    /// <param name="bytes">Size in bytes, above 0.</param>
    /// <param name="prepare">Writes what must be there before others can open it.</param>
    /// <param name="populate">Enter all pages into this process's page table at once (MAP_POPULATE): slower to make, no page faults later.</param>
    /// <exception cref="SharedMemoryException">The name is taken, the folder lacks the room, or it cannot be written to.</exception>
    public static SharedSegment Create(string name, long bytes, Action<SharedSegment>? prepare = null, bool populate = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        string path = PathOf(name);
        CheckRoom(path, bytes);
        // Named after the segment: whoever removes that also finds what a killed process left half made.
        string temporary = PathOf($"{name}.making-{Guid.NewGuid():N}");
        int descriptor = Libc.Open(temporary, Libc.ReadWrite | Libc.Create | Libc.Exclusive | Libc.CloseOnExec, Convert.ToUInt32("600", 8));
        if (descriptor < 0)
        {
            throw Failure("Cannot make a shared memory file", temporary, Marshal.GetLastPInvokeError(), "Check that the folder exists and can be written to, or set COLOSSUS_SHM to another.");
        }

        SharedSegment? segment = null;
        try
        {
            Reserve(descriptor, path, bytes);
            segment = Map(name, path, descriptor, bytes, writable: true, populate);
            prepare?.Invoke(segment);
            if (Libc.Link(temporary, path) != 0)
            {
                int error = Marshal.GetLastPInvokeError();
                throw error == Libc.Exists
                    ? new SharedMemoryException("A shared memory segment of that name exists", path, "an existing file", "a free name", "Another run uses it, or it is left over: remove the file if no run does.")
                    : Failure("Cannot name a shared memory segment", path, error, "Check that the folder can be written to, or set COLOSSUS_SHM to another.");
            }

            return segment;
        }
        catch
        {
            segment?.Dispose();
            throw;
        }
        finally
        {
            _ = Libc.Unlink(temporary);
            _ = Libc.Close(descriptor);
        }
    }

    /// <summary>Maps an existing segment.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="writable">False maps it so that a write faults: for reading what an earlier epoch left.</param>
    /// <param name="populate">As in <see cref="Create"/>.</param>
    /// <exception cref="SharedMemoryException">There is none of that name, or it cannot be mapped.</exception>
    public static SharedSegment Open(string name, bool writable = true, bool populate = false) => TryOpen(name, writable, populate)
        ?? throw new SharedMemoryException("No such shared memory segment", PathOf(name), "nothing", "an existing segment", "The run that made it has ended or has not made it yet.");

    /// <summary>Maps a segment if there is one of that name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="writable">As in <see cref="Open"/>.</param>
    /// <param name="populate">As in <see cref="Create"/>.</param>
    /// <returns>The segment, or null when there is none.</returns>
    /// <exception cref="SharedMemoryException">It exists and cannot be mapped.</exception>
    public static SharedSegment? TryOpen(string name, bool writable = true, bool populate = false)
    {
        string path = PathOf(name);
        int descriptor = Libc.Open(path, (writable ? Libc.ReadWrite : Libc.ReadOnly) | Libc.CloseOnExec, 0);
        if (descriptor < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error == Libc.NoEntry ? null : throw Failure("Cannot open a shared memory segment", path, error, "It may belong to another user.");
        }

        try
        {
            return Map(name, path, descriptor, new FileInfo(path).Length, writable, populate);
        }
        catch (FileNotFoundException)
        {
            return null; // removed between the two calls
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    /// <summary>Takes the name away. Processes that map the segment keep it until they unmap it.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Whether there was one.</returns>
    public static bool Remove(string name) => Libc.Unlink(PathOf(name)) == 0;

    /// <summary>Unmaps the segment; its name and content stay. No pointer into it may be used afterwards.</summary>
    public void Dispose()
    {
        byte* mapped = pointer;
        pointer = null;
        if (mapped != null)
        {
            _ = Libc.Unmap(mapped, (nuint)Bytes);
        }
    }

    private static string PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name.Contains('/', StringComparison.Ordinal) || name is "." or ".."
            ? throw new ArgumentException($"The name of a segment is a file name without a folder: {name}", nameof(name))
            : Path.Combine(Directory, name);
    }

    private static void CheckRoom(string path, long bytes)
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            throw new SharedMemoryException("The folder for shared memory is missing", Directory, "nothing", "an existing folder", "Mount a tmpfs there, or set COLOSSUS_SHM to a folder on one.");
        }

        long free = new DriveInfo(Directory).AvailableFreeSpace;
        if (free < bytes)
        {
            throw NoRoom(path, bytes, free);
        }
    }

    private static void Reserve(int descriptor, string path, long bytes)
    {
        if (Libc.Truncate(descriptor, bytes) != 0)
        {
            throw Failure("Cannot set the size of a shared memory segment", path, Marshal.GetLastPInvokeError(), "Ask for less, or set COLOSSUS_SHM to another folder.");
        }

        int error;
        do
        {
            error = Libc.Allocate(descriptor, 0, bytes);
        }
        while (error == Libc.Interrupted);
        if (error == Libc.NoSpace)
        {
            throw NoRoom(path, bytes, new DriveInfo(Directory).AvailableFreeSpace);
        }

        if (error != 0)
        {
            throw Failure("Cannot set memory aside for a shared segment", path, error, "Ask for less, or free memory.");
        }
    }

    private static SharedSegment Map(string name, string path, int descriptor, long bytes, bool writable, bool populate)
    {
        int protection = Libc.ProtRead | (writable ? Libc.ProtWrite : 0);
        byte* mapped = Libc.Map(null, (nuint)bytes, protection, Libc.MapShared | (populate ? Libc.MapPopulate : 0), descriptor, 0);
        if ((nint)mapped == -1)
        {
            throw Failure("Cannot map a shared memory segment", path, Marshal.GetLastPInvokeError(), "Free address space or memory (ulimit -v), or ask for less.");
        }

        // Only a hint: hosts whose /sys/kernel/mm/transparent_hugepage/shmem_enabled says "never" ignore it.
        _ = Libc.Advise(mapped, (nuint)bytes, Libc.AdviseHugePage);
        return new SharedSegment(name, mapped, bytes, writable);
    }

    private static SharedMemoryException NoRoom(string path, long bytes, long free) => new(
        "Not enough room for shared memory",
        path,
        $"{Mebibytes(bytes)} asked for",
        $"{Mebibytes(free)} free in {Directory}",
        $"Remove left-over files there, enlarge it (mount -o remount,size=…), set COLOSSUS_SHM to a folder with room, or use a smaller model.");

    private static SharedMemoryException Failure(string what, string path, int error, string nextStep) =>
        new(what, path, Marshal.GetPInvokeErrorMessage(error), "success", nextStep);

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");
}
