using Colossus.Processes;

namespace Colossus.Data.Sources;

/// <summary>
/// What Linux says about a file without reading it. While it stays the same, so do the bytes: the kernel sets the change time (ctime) at every
/// write and at every change of the other times, and no call sets it to a value of the caller's choice, as <c>touch -r</c> and <c>cp -p</c> do
/// with the modification time.
/// </summary>
/// <param name="Device">Number of the file system.</param>
/// <param name="Inode">Number of the file in it: another one when a file was put in the place of the first.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Modified">When the bytes were last written, nanoseconds since 1970 UTC. Only counts on file systems that keep no change time.</param>
/// <param name="Changed">When bytes or metadata last changed, nanoseconds since 1970 UTC.</param>
internal readonly record struct FileStamp(ulong Device, ulong Inode, long Bytes, long Modified, long Changed)
{
    // The clock of a file system ticks every few milliseconds (some only every two seconds): a file that was written that short a time ago
    // can be written again without another change time. git has the same rule for its index.
    private static readonly TimeSpan coarsestTick = TimeSpan.FromSeconds(2);

    /// <summary>The stamp of a file; null when there is no file, or the system has no such stamps.</summary>
    /// <param name="path">The file; a link is followed.</param>
    public static FileStamp? Of(string path) =>
        FileStatus.Of(path) is { } found ? new FileStamp(found.Device, found.Inode, found.Bytes, found.Modified, found.Changed) : null;

    /// <summary>Whether the last change lies so far back that the next one will have another time.</summary>
    /// <param name="now">The present time.</param>
    public bool IsSettled(DateTimeOffset now) => now - DateTimeOffset.UnixEpoch > TimeSpan.FromMicroseconds(Changed / 1000.0) + coarsestTick;
}
