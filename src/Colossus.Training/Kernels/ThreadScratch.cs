using System.Runtime.InteropServices;

namespace Colossus.Training.Kernels;

/// <summary>One thread's room for intermediate results of a kernel; grows to the largest use and stays until the thread ends.</summary>
internal sealed unsafe class ThreadScratch
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static ThreadScratch? ofThread;

    private byte* memory;
    private long capacity;
    private long used;

    ~ThreadScratch() => NativeMemory.AlignedFree(memory);

    /// <summary>The room of this thread, empty: what was taken before on this thread is no longer valid.</summary>
    /// <param name="bytes">How much will be taken, without what alignment adds.</param>
    public static ThreadScratch Begin(long bytes)
    {
        var scratch = ofThread ??= new ThreadScratch();
        long wanted = bytes + (32 * Alignment);
        if (scratch.capacity < wanted)
        {
            NativeMemory.AlignedFree(scratch.memory);
            scratch.memory = (byte*)NativeMemory.AlignedAlloc((nuint)wanted, Alignment);
            scratch.capacity = wanted;
        }

        scratch.used = 0;
        return scratch;
    }

    /// <summary>Takes room for an array, aligned to 64 bytes; its content is undefined. At most 32 arrays between two calls of <see cref="Begin"/>.</summary>
    /// <param name="count">Number of values.</param>
    public T* Take<T>(long count)
        where T : unmanaged
    {
        byte* taken = memory + used;
        used += ((count * sizeof(T)) + Alignment - 1) / Alignment * Alignment;
        return (T*)taken;
    }
}
