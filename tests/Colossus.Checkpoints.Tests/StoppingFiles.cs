using Colossus.Checkpoints.Files;

namespace Colossus.Checkpoints.Tests;

/// <summary>
/// The disk of a process that is killed at its n-th operation: that one is half done or not done, and no later one happens, cleaning up included.
/// With a loss of power, what was not flushed is lost as well: content of files becomes empty, a new name becomes the old one.
/// With a <see cref="DiskError"/> the process lives on and hears of the error instead, once or from then on, at operations where such an error can come.
/// </summary>
internal sealed class StoppingFiles(int stopAt, DiskError? diskError = null) : IFiles
{
    private readonly HashSet<string> unflushedFiles = new(StringComparer.Ordinal);
    private readonly List<(string Folder, Action Undo)> unflushedNames = [];
    private int operations;

    private bool StopsNow => operations == stopAt;

    public void LosePower()
    {
        foreach (string path in unflushedFiles.Where(File.Exists))
        {
            File.WriteAllBytes(path, []);
        }

        foreach ((_, Action undo) in Enumerable.Reverse(unflushedNames))
        {
            undo();
        }
    }

    /// <summary>Whether the n-th operation was reached.</summary>
    public bool Stopped { get; private set; }

    public void CreateFolder(string path) => Do(() => DiskFiles.Instance.CreateFolder(path), takesSpace: true);

    public IFileSink Create(string path, long bytes)
    {
        IFileSink? sink = null;
        Do(() => sink = DiskFiles.Instance.Create(path, bytes), takesSpace: true);
        unflushedFiles.Add(path);
        return new Sink(this, sink!, path);
    }

    public void FlushFile(string path) => Do(() =>
    {
        DiskFiles.Instance.FlushFile(path);
        unflushedFiles.Remove(path);
    }, takesSpace: true);

    public void FlushFolder(string path) => Do(() =>
    {
        DiskFiles.Instance.FlushFolder(path);
        unflushedNames.RemoveAll(item => item.Folder == path);
    });

    public void Rename(string from, string to) => Do(() =>
    {
        DiskFiles.Instance.Rename(from, to);
        Moved((from, to));
        unflushedNames.Add((Path.GetDirectoryName(to)!, () => Unname(from, to)));
    });

    public bool TryExchange(string first, string second)
    {
        bool done = false;
        Do(() => done = DiskFiles.Instance.TryExchange(first, second));
        if (done)
        {
            Moved((first, second), (second, first));
            unflushedNames.Add((Path.GetDirectoryName(second)!, () => DiskFiles.Instance.TryExchange(first, second)));
        }

        return done;
    }

    public void DeleteFile(string path) => Do(() => DiskFiles.Instance.DeleteFile(path));

    public void DeleteFolder(string path) => Do(() => DiskFiles.Instance.DeleteFolder(path));

    // The new name is lost; what was deleted under it stays deleted.
    private static void Unname(string from, string to)
    {
        if (Directory.Exists(to))
        {
            Directory.Move(to, from);
        }
        else
        {
            Directory.CreateDirectory(from);
        }
    }

    // Unflushed files keep being unflushed under the new name of their folder.
    private void Moved(params (string From, string To)[] moves)
    {
        string[] before = [.. unflushedFiles];
        unflushedFiles.Clear();
        foreach (string path in before)
        {
            (string from, string to) = moves.FirstOrDefault(move => Path.GetDirectoryName(path) == move.From);
            unflushedFiles.Add(from is null ? path : Path.Combine(to, Path.GetFileName(path)));
        }
    }

    private void Do(Action action, bool takesSpace = false)
    {
        bool now = operations == stopAt;
        Stopped |= now;
        if (diskError is null)
        {
            if (operations >= stopAt)
            {
                throw new Killed();
            }
        }
        else if ((now || (diskError.Lasts && operations > stopAt)) && (takesSpace || !diskError.SparesDeletion))
        {
            operations++;
            throw new IOException($"error {diskError.Code} of the system", diskError.Code);
        }

        operations++;
        action();
    }

    internal sealed class Killed : Exception;

    private sealed class Sink(StoppingFiles owner, IFileSink inner, string path) : IFileSink
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
            byte[] copy = bytes.ToArray();
            if (owner.StopsNow)
            {
                inner.Write(copy.AsSpan(0, copy.Length / 2));
            }

            owner.Do(() => inner.Write(copy), takesSpace: true);
        }

        public void Flush() => owner.Do(() =>
        {
            inner.Flush();
            owner.unflushedFiles.Remove(path);
        }, takesSpace: true);

        public void Dispose() => inner.Dispose();
    }
}
