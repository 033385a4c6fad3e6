using System.Runtime.InteropServices;

namespace Colossus.Collectives;

/// <summary>The few calls of Linux that .NET does not offer.</summary>
internal static unsafe partial class Libc
{
    public const int ReadWrite = 2;
    public const int CreateNew = 0x40 | 0x80;
    public const int CloseOnExec = 0x80000;
    public const int ProtectReadWrite = 3;
    public const int MapShared = 1;
    public const int NoSpace = 28;

    private const int FutexCall = 202;
    private const int FutexWaitOperation = 0;
    private const int FutexWakeOperation = 1;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);

    /// <summary>Reserves the memory, so that a full file system is an error now and not a bus error at the first touch. Answers an error number.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    public static partial int Reserve(int file, long offset, long bytes);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Map(void* address, nuint bytes, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static partial int Unmap(void* address, nuint bytes);

    /// <summary>Sleeps while a word has a value; at most for the time given.</summary>
    public static void FutexWait(int* word, int value, TimeSpan limit)
    {
        var time = new TimeSpec { Seconds = (long)limit.TotalSeconds, Nanoseconds = limit.Ticks % TimeSpan.TicksPerSecond * 100 };
        _ = SystemCall(FutexCall, word, FutexWaitOperation, value, &time, null, 0);
    }

    /// <summary>Wakes all that sleep on a word.</summary>
    public static void FutexWake(int* word) => _ = SystemCall(FutexCall, word, FutexWakeOperation, int.MaxValue, null, null, 0);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, int* word, long operation, long value, TimeSpec* time, int* second, long third);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
