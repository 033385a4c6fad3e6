using Colossus.Checkpoints.Files;

namespace Colossus.Checkpoints.Tests;

/// <summary>
/// The disk of a process that is killed at its n-th operation: that one is half done or not done, and no later one happens, cleaning up included.
/// With a loss of power, what was not flushed is lost as well: content of files becomes empty, a new name becomes the old one.
/// </summary>
internal sealed class StoppingFiles(int stopAt) : IFiles
{
    private readonly List<(string Covers, Action Undo)> unflushed = [];
    private int operations;

    private bool StopsNow => operations == stopAt;

    public void LosePower()
    {
        foreach ((_, Action undo) in Enumerable.Reverse(unflushed))
        {
            undo();
        }
    }

    public void CreateFolder(string path) => Do(() => DiskFiles.Instance.CreateFolder(path));

    public IFileSink Create(string path, long bytes)
    {
        IFileSink? sink = null;
        Do(() => sink = DiskFiles.Instance.Create(path, bytes));
        unflushed.Add((path, () => Truncate(path)));
        return new Sink(this, sink!, path);
    }

    public void FlushFile(string path) => Do(() =>
    {
        DiskFiles.Instance.FlushFile(path);
        unflushed.RemoveAll(item => item.Covers == path);
    });

    public void FlushFolder(string path) => Do(() =>
    {
        DiskFiles.Instance.FlushFolder(path);
        unflushed.RemoveAll(item => item.Covers == path);
    });

    public void Rename(string from, string to) => Do(() =>
    {
        DiskFiles.Instance.Rename(from, to);
        unflushed.Add((Path.GetDirectoryName(to)!, () => Unname(from, to)));
    });

    public bool TryExchange(string first, string second)
    {
        bool done = false;
        Do(() => done = DiskFiles.Instance.TryExchange(first, second));
        if (done)
        {
            unflushed.Add((Path.GetDirectoryName(second)!, () => DiskFiles.Instance.TryExchange(first, second)));
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

    private static void Truncate(string path)
    {
        if (File.Exists(path))
        {
            File.WriteAllBytes(path, []);
        }
    }

    private void Do(Action action)
    {
        if (operations >= stopAt)
        {
            throw new Killed();
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

            owner.Do(() => inner.Write(copy));
        }

        public void Flush() => owner.Do(() =>
        {
            inner.Flush();
            owner.unflushed.RemoveAll(item => item.Covers == path);
        });

        public void Dispose() => inner.Dispose();
    }
}
