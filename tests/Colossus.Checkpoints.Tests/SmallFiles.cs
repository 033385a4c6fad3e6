using Colossus.Checkpoints.Files;

namespace Colossus.Checkpoints.Tests;

/// <summary>A disk of so many bytes; whoever asks for more hears that it is full.</summary>
internal sealed class SmallFiles(long capacity) : IFiles
{
    private readonly Dictionary<string, long> sizes = new(StringComparer.Ordinal);

    public void CreateFolder(string path) => DiskFiles.Instance.CreateFolder(path);

    public IFileSink Create(string path, long bytes)
    {
        if (sizes.Values.Sum() + bytes > capacity)
        {
            throw new IOException("no space", DiskError.Full);
        }

        sizes[path] = bytes;
        return DiskFiles.Instance.Create(path, bytes);
    }

    public void FlushFile(string path) => DiskFiles.Instance.FlushFile(path);

    public void FlushFolder(string path) => DiskFiles.Instance.FlushFolder(path);

    public void Rename(string from, string to)
    {
        DiskFiles.Instance.Rename(from, to);
        foreach (string path in sizes.Keys.Where(path => Path.GetDirectoryName(path) == from).ToArray())
        {
            sizes.Remove(path, out long bytes);
            sizes[Path.Combine(to, Path.GetFileName(path))] = bytes;
        }
    }

    public bool TryExchange(string first, string second) => false;

    public void DeleteFile(string path)
    {
        DiskFiles.Instance.DeleteFile(path);
        sizes.Remove(path);
    }

    public void DeleteFolder(string path) => DiskFiles.Instance.DeleteFolder(path);
}
