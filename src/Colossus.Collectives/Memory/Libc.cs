using System.Runtime.InteropServices;

namespace Colossus.Collectives;

/// <summary>The few functions of the C library that shared memory needs. Linux on x64 and arm64.</summary>
internal static unsafe partial class Libc
{
    public const int ReadOnly = 0, ReadWrite = 2, Create = 0x40, Exclusive = 0x80, CloseOnExec = 0x80000;
    public const int ProtRead = 1, ProtWrite = 2;
    public const int MapShared = 1, MapPopulate = 0x8000;
    public const int AdviseHugePage = 14;
    public const int NoEntry = 2, Interrupted = 4, OutOfMemory = 12, Exists = 17, NoSpace = 28;

    // FUTEX_WAIT and FUTEX_WAKE without FUTEX_PRIVATE_FLAG: the waiters are in other processes.
    private const int FutexWait = 0, FutexWake = 1;
    private static readonly long futexNumber = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 98 : 202;

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(int descriptor, long length);

    /// <summary>Returns the error number itself; errno is not set.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    public static partial int Allocate(int descriptor, long offset, long length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial byte* Map(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(void* address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string existing, string added);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    /// <summary>Sleeps while <paramref name="word"/> holds <paramref name="expected"/>, at most <paramref name="nanoseconds"/> (below one second).</summary>
    public static void Sleep(int* word, int expected, long nanoseconds)
    {
        TimeSpec limit = new() { Nanoseconds = nanoseconds };
        // Woken, timed out, interrupted, value changed: the caller looks again in each case.
        _ = SystemCall(futexNumber, (long)word, FutexWait, expected, (long)&limit, 0, 0);
    }

    /// <summary>Wakes all that sleep on <paramref name="word"/>, in any process.</summary>
    public static void Wake(int* word) => _ = SystemCall(futexNumber, (long)word, FutexWake, int.MaxValue, 0, 0, 0);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long SystemCall(long number, long a, long b, long c, long d, long e, long f);
}
