using System.Runtime.InteropServices;

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
internal readonly partial record struct FileStamp(ulong Device, ulong Inode, long Bytes, long Modified, long Changed)
{
    private const int FromWorkingFolder = -100;
    private const uint BasicFields = 0x7ff;
    private const long NanosecondsPerSecond = 1_000_000_000;

    // The clock of a file system ticks every few milliseconds (some only every two seconds): a file that was written that short a time ago
    // can be written again without another change time. git has the same rule for its index.
    private static readonly TimeSpan coarsestTick = TimeSpan.FromSeconds(2);

    /// <summary>The stamp of a file; null when there is no file, or the system has no such stamps.</summary>
    /// <param name="path">The file; a link is followed.</param>
    public static FileStamp? Of(string path)
    {
        if (!OperatingSystem.IsLinux() || Statx(FromWorkingFolder, path, 0, BasicFields, out var found) != 0)
        {
            return null;
        }

        return new FileStamp(
            ((ulong)found.DeviceMajor << 32) | found.DeviceMinor, found.Inode, (long)found.Size, found.Modified.Nanoseconds, found.Changed.Nanoseconds);
    }

    /// <summary>Whether the last change lies so far back that the next one will have another time.</summary>
    /// <param name="now">The present time.</param>
    public bool IsSettled(DateTimeOffset now) => now - DateTimeOffset.UnixEpoch > TimeSpan.FromMicroseconds(Changed / 1000.0) + coarsestTick;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out StatxResult result);

    /// <summary>struct statx: laid out alike on every processor, unlike struct stat.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxResult
    {
        [FieldOffset(32)]
        public ulong Inode;
        [FieldOffset(40)]
        public ulong Size;
        [FieldOffset(96)]
        public StatxTime Changed;
        [FieldOffset(112)]
        public StatxTime Modified;
        [FieldOffset(136)]
        public uint DeviceMajor;
        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    [StructLayout(LayoutKind.Explicit, Size = 16)]
    private struct StatxTime
    {
        [FieldOffset(0)]
        public long Seconds;
        [FieldOffset(8)]
        public uint Fraction;

        public readonly long Nanoseconds => (Seconds * NanosecondsPerSecond) + Fraction;
    }
}
