using Microsoft.Win32.SafeHandles;

namespace Colossus.Checkpoints.Files;

/// <summary>The disk itself.</summary>
internal sealed class DiskFiles : IFiles
{
    public static readonly DiskFiles Instance = new();

    public void CreateFolder(string path)
    {
        string? parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is not null && !Directory.Exists(parent))
        {
            throw new DirectoryNotFoundException($"There is no folder {parent}.");
        }

        Directory.CreateDirectory(path);
    }

    // Space is reserved first: a full disk is found before minutes of writing, and the file lies in one piece.
    public IFileSink Create(string path, long bytes) =>
        new Sink(File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.None, bytes));

    public void FlushFile(string path)
    {
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    public void FlushFolder(string path) => UnixFolders.Flush(path);

    public void Rename(string from, string to) => Directory.Move(from, to);

    public bool TryExchange(string first, string second) => UnixFolders.TryExchange(first, second);

    public void DeleteFile(string path) => File.Delete(path);

    public void DeleteFolder(string path) => Directory.Delete(path);

    private sealed class Sink(SafeFileHandle handle) : IFileSink
    {
        private long position;

        public void Write(ReadOnlySpan<byte> bytes)
        {
            RandomAccess.Write(handle, bytes, position);
            position += bytes.Length;
        }

        public void Flush() => RandomAccess.FlushToDisk(handle);

        public void Dispose() => handle.Dispose();
    }
}
