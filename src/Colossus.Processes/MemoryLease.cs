using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Colossus.Processes;

/// <summary>
/// The shared memory of one run: files whose names begin with the lease's, and beside them a lock file that the supervisor and its ranks share as long as they live.
/// What nobody holds is left over from a run that was killed altogether, and anybody may remove it.
/// </summary>
/// <remarks>
/// The kernel knows who holds a lock; a process number in the name of a file would mean another process, or none, in every other container that sees the folder.
/// Nothing lies under a lease's name without its lock file: that is made first and removed last.
/// </remarks>
public sealed partial class MemoryLease : IDisposable
{
    private const int NameBytes = 8;
    private const string LockEnding = ".lock";

    private readonly FileLock held;

    private MemoryLease(string name, FileLock held)
    {
        Name = name;
        this.held = held;
    }

    /// <summary>The folder of all shared memory: <c>COLOSSUS_SHM</c>, or else <c>/dev/shm</c>. Must be a memory file system to be fast.</summary>
    public static string Folder => Environment.GetEnvironmentVariable("COLOSSUS_SHM") is { Length: > 0 } named ? named : "/dev/shm";

    /// <summary>What the names of all its files begin with; random, so that it is nobody else's.</summary>
    public string Name { get; }

    /// <summary>Begins a lease; for the supervisor.</summary>
    /// <exception cref="MemoryFolderException">The folder is missing or cannot be written to.</exception>
    public static MemoryLease Begin()
    {
        try
        {
            while (true)
            {
                var name = "colossus-" + RandomNumberGenerator.GetHexString(2 * NameBytes, lowercase: true);
                if (TryBegin(name) is { } held)
                {
                    return new MemoryLease(name, held);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MemoryFolderException(
                $"the folder for shared memory, {Folder}, cannot be used: {error.Message.TrimEnd('.')}; mount a tmpfs there, or set COLOSSUS_SHM to a folder on one", error);
        }
    }

    /// <summary>Keeps the memory of a run as long as the result is held; for its ranks.</summary>
    /// <param name="name">Name of the lease.</param>
    /// <exception cref="MemoryFolderException">The lease has ended, and its supervisor with it.</exception>
    public static IDisposable Hold(string name)
    {
        try
        {
            return FileLock.TryShare(LockFile(name), make: false) ?? throw new IOException("somebody removes it");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MemoryFolderException($"the run's shared memory, {LockFile(name)}, is gone: {error.Message.TrimEnd('.')}; its supervisor has ended", error);
        }
    }

    /// <summary>Removes the files of leases that nobody holds; what belongs to other users or cannot be removed stays.</summary>
    /// <returns>Names of those leases, in order.</returns>
    public static IReadOnlyList<string> RemoveAbandoned()
    {
        var removed = new List<string>();
        foreach (var file in Files("colossus-*" + LockEnding))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (!Pattern().IsMatch(name))
            {
                continue;
            }

            try
            {
                // Held while the files go: whoever begins a lease of this name meanwhile sees that its file is gone, and takes another name.
                using var alone = FileLock.TryTake(file, make: false);
                if (alone is { Enforced: true })
                {
                    Clear(name);
                    removed.Add(name);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Another user's, or somebody else was faster.
            }
        }

        removed.Sort(StringComparer.Ordinal);
        return removed;
    }

    /// <summary>Name of an epoch's segment.</summary>
    /// <param name="epoch">The epoch.</param>
    public string Segment(int epoch) => $"{Name}-e{epoch}";

    /// <summary>Removes the segment of an epoch, whole or half made; those who map it keep it until they end.</summary>
    /// <param name="epoch">The epoch.</param>
    public void Remove(int epoch)
    {
        Delete(Path.Combine(Folder, Segment(epoch)));
        foreach (var file in Files(Segment(epoch) + ".*"))
        {
            Delete(file);
        }
    }

    /// <summary>Ends the lease: removes all of its files.</summary>
    public void Dispose()
    {
        Clear(Name);
        held.Dispose();
    }

    private static FileLock? TryBegin(string name)
    {
        var file = LockFile(name);
        try
        {
            File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write).Dispose();
            var held = FileLock.TryShare(file, make: false);
            if (File.Exists(file))
            {
                return held;
            }

            // Between the making of the file and its lock somebody took it for left over.
            held?.Dispose();
            return null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException error) when (FileLock.IsHeld(error))
        {
            // So did somebody before this process could even open it.
            return null;
        }
    }

    private static void Clear(string name)
    {
        foreach (var file in Files(name + "-*"))
        {
            Delete(file);
        }

        Delete(LockFile(name));
    }

    private static string LockFile(string name) => Path.Combine(Folder, name + LockEnding);

    private static string[] Files(string pattern)
    {
        try
        {
            return Directory.GetFiles(Folder, pattern);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void Delete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It belongs to somebody else, or is gone already.
        }
    }

    [GeneratedRegex("^colossus-[0-9a-f]{16}$")]
    private static partial Regex Pattern();
}
