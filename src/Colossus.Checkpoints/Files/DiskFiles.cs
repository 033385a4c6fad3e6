using Microsoft.Win32.SafeHandles;

namespace Colossus.Checkpoints.Files;

/// <summary>The disk itself.</summary>
internal sealed class DiskFiles : IFiles
{
    public static readonly DiskFiles Instance = new();

    private const int unnamedFailure = unchecked((int)0x80131620); // COR_E_IO
    private const int fullDisk = 28; // ENOSPC

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
    public IFileSink Create(string path, long bytes)
    {
        try
        {
            return new Sink(File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.None, bytes));
        }
        catch (IOException error) when (error.HResult == unnamedFailure && FreeBytes(path) < bytes)
        {
            // The base library tells of a reservation that failed without the system's number.
            throw new IOException(error.Message, fullDisk);
        }
    }

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

    private static long FreeBytes(string path) => new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(path))!).AvailableFreeSpace;

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
