using System.Runtime.InteropServices;

namespace Colossus.Processes;

/// <summary>What Linux says of a path without opening it (statx): opening a FIFO waits for a writer, perhaps for ever, and .NET tells neither types, owners nor inodes.</summary>
/// <param name="Device">Number of the file system.</param>
/// <param name="Inode">Number of the file in it: another one when a file was put in the place of the first.</param>
/// <param name="Type">What it is.</param>
/// <param name="Permissions">Who may do what with it.</param>
/// <param name="Owner">Number of the user that it belongs to.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Modified">When the bytes were last written, nanoseconds since 1970 UTC.</param>
/// <param name="Changed">When bytes or metadata last changed, nanoseconds since 1970 UTC.</param>
public readonly partial record struct FileStatus(ulong Device, ulong Inode, FileType Type, UnixFileMode Permissions, uint Owner, long Bytes, long Modified, long Changed)
{
    private const int FromWorkingFolder = -100; // AT_FDCWD
    private const int DoNotFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint BasicFields = 0x7ff; // STATX_BASIC_STATS
    private const int TypeMask = 0xf000; // S_IFMT
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Looks at a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="follow">Whether a link stands for what it leads to; default true.</param>
    /// <returns>Null when nothing is there, it may not be looked at (<see cref="Marshal.GetLastPInvokeErrorMessage"/> says which), or the system is not Linux.</returns>
    public static FileStatus? Of(string path, bool follow = true) =>
        OperatingSystem.IsLinux() && Status(FromWorkingFolder, path, follow ? 0 : DoNotFollow, BasicFields, out var found) == 0
            ? new FileStatus(
                ((ulong)found.DeviceMajor << 32) | found.DeviceMinor,
                found.Inode,
                (FileType)(found.Mode & TypeMask),
                (UnixFileMode)(found.Mode & ~TypeMask),
                found.Owner,
                (long)found.Size,
                found.Modified.Nanoseconds,
                found.Changed.Nanoseconds)
            : null;

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, out Answer answer);

    // struct statx (linux/stat.h): laid out alike on every architecture, unlike struct stat.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Answer
    {
        [FieldOffset(20)]
        public uint Owner;
        [FieldOffset(28)]
        public ushort Mode;
        [FieldOffset(32)]
        public ulong Inode;
        [FieldOffset(40)]
        public ulong Size;
        [FieldOffset(96)]
        public Moment Changed;
        [FieldOffset(112)]
        public Moment Modified;
        [FieldOffset(136)]
        public uint DeviceMajor;
        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    [StructLayout(LayoutKind.Explicit, Size = 16)]
    private struct Moment
    {
        [FieldOffset(0)]
        public long Seconds;
        [FieldOffset(8)]
        public uint Fraction;

        public readonly long Nanoseconds => (Seconds * NanosecondsPerSecond) + Fraction;
    }
}
