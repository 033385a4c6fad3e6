namespace Colossus.Data.Shards;

/// <summary>
/// The folder that keeps corpora. Each lies under its fingerprint. Making one happens in <c>.building/</c> under a lock in <c>.locks/</c> and ends with a
/// rename, so a killed builder leaves nothing under a fingerprint; the operating system gives its lock free, and the next builder removes its remains.
/// </summary>
internal sealed class CorpusCache(string folder)
{
    private static readonly TimeSpan pollEvery = TimeSpan.FromMilliseconds(100);

    private string Building => Path.Combine(folder, ".building");

    private string Locks => Path.Combine(folder, ".locks");

    public string Place(string fingerprint) => Path.Combine(folder, fingerprint);

    /// <summary>Waits until no other process makes this corpus.</summary>
    public FileStream Lock(string fingerprint, Action waiting, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Locks);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryLock(fingerprint) is { } held)
            {
                return held;
            }

            waiting();
            cancellation.WaitHandle.WaitOne(pollEvery);
        }
    }

    /// <summary>An empty folder to build in. Remains of builders that were killed are removed.</summary>
    public string NewBuildingFolder(string fingerprint)
    {
        Directory.CreateDirectory(Building);
        foreach (var remains in Directory.GetDirectories(Building))
        {
            var owner = Path.GetFileName(remains).Split('-')[0];
            if (owner == fingerprint)
            {
                Delete(remains);
            }
            else if (TryLock(owner) is { } free)
            {
                Delete(remains);
                free.Dispose();
            }
        }

        var path = Path.Combine(Building, $"{fingerprint}-{Guid.NewGuid():N}");
        return Directory.CreateDirectory(path).FullName;
    }

    /// <summary>Gives a finished folder its place. The lock is held, so nobody else does so.</summary>
    public void Publish(string building, string fingerprint)
    {
        var place = Place(fingerprint);
        if (Directory.Exists(place))
        {
            var aside = Path.Combine(Building, $"{fingerprint}-{Guid.NewGuid():N}");
            Directory.Move(place, aside);
            Delete(aside);
        }

        Directory.Move(building, place);
    }

    public static void Delete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Left for the next builder: it is under .building and is never taken for a corpus.
        }
    }

    // FileShare.None is an exclusive flock on Unix: it ends with the process, however that ends. Lock files stay; removing one would let two
    // processes hold locks on two files of the same name.
    private FileStream? TryLock(string fingerprint)
    {
        try
        {
            return new FileStream(Path.Combine(Locks, fingerprint), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (IsHeldByAnother(error))
        {
            return null;
        }
    }

    // EWOULDBLOCK of Linux and of BSD and macOS, ERROR_SHARING_VIOLATION of Windows; anything else is a fault of the disk and must not be waited on.
    private static bool IsHeldByAnother(IOException error) => (error.HResult & 0xFFFF) is 11 or 35 or 32;
}
