using Colossus.Processes;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Shards;

/// <summary>
/// The folder that keeps corpora. Each lies under its fingerprint. Making one happens in <c>.building/</c> under a lock in <c>.locks/</c> and ends with a
/// rename, so a killed builder leaves nothing under a fingerprint; the operating system gives its lock free, and the next builder removes its remains.
/// Who uses a corpus shares that lock, so that no builder replaces it, damaged or not, under a run that goes on.
/// </summary>
internal sealed class CorpusCache(string folder)
{
    private static readonly TimeSpan pollEvery = TimeSpan.FromMilliseconds(100);

    public string Folder => folder;

    private string Building => Path.Combine(folder, ".building");

    private string Locks => Path.Combine(folder, ".locks");

    /// <summary>The cache that a job names.</summary>
    /// <exception cref="ArgumentException">It names none: whoever reads the job chooses one.</exception>
    public static CorpusCache Of(DataSpec data, string baseDirectory) =>
        new(Path.GetFullPath(data.Cache ?? throw new ArgumentException("the cache folder is not chosen", nameof(data)), baseDirectory));

    /// <summary>The cache that a corpus lies in.</summary>
    public static CorpusCache Around(string place) => new(Path.GetDirectoryName(place)!);

    public string Place(string fingerprint) => Path.Combine(folder, fingerprint);

    /// <summary>The folders of all corpora, whole or not.</summary>
    public IEnumerable<string> Places() => Directory.Exists(folder)
        ? Directory.GetDirectories(folder).Where(place => Path.GetFileName(place)[0] != '.').Order(StringComparer.Ordinal)
        : [];

    /// <summary>File of the hashes of source files.</summary>
    public string SourceHashes(string key) => Path.Combine(folder, ".sources", key + ".jsonl");

    /// <summary>Waits until no other process makes or uses this corpus.</summary>
    /// <param name="fingerprint">Which corpus.</param>
    /// <param name="waiting">Told again and again while it waits: whether the corpus is in use, and not being made.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public IDisposable Lock(string fingerprint, Action<bool> waiting, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Locks);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryLock(fingerprint) is { } held)
            {
                return held;
            }

            var shared = TryShare(fingerprint);
            shared?.Dispose();
            waiting(shared is not null);
            cancellation.WaitHandle.WaitOne(pollEvery);
        }
    }

    /// <summary>Keeps a corpus from being replaced; waits while one is made.</summary>
    /// <returns>Null where there is no lock and none can be made: a cache that cannot be written has nobody who replaces anything either.</returns>
    public IDisposable? Keep(string fingerprint, Action waiting, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(Locks);
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (TryShare(fingerprint) is { } held)
                {
                    return held;
                }

                waiting();
                cancellation.WaitHandle.WaitOne(pollEvery);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
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

    // Lock files stay: removing one would let two processes hold locks on two files of the same name.
    private FileLock? TryLock(string fingerprint) => FileLock.TryTake(LockFile(fingerprint), make: true);

    private FileLock? TryShare(string fingerprint) => FileLock.TryShare(LockFile(fingerprint), make: true);

    private string LockFile(string fingerprint) => Path.Combine(Locks, fingerprint);
}
