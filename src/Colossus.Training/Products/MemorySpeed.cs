using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Colossus.Training.Products;

/// <summary>How fast this machine moves data between its processors and main memory.</summary>
public static class MemorySpeed
{
    private const int Rounds = 6;
    private const long LargestBytes = 512L << 20;

    /// <summary>Copies blocks larger than the caches on several threads at once; takes about a third of a second.</summary>
    /// <param name="threads">Threads that copy, 1 or more.</param>
    /// <param name="freeBytes">Memory that may be had; an eighth of it is used at most, and never more than 512 MiB.</param>
    /// <returns>Bytes read and written a second by all threads together, the best of several rounds.</returns>
    public static double Measure(int threads, long freeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        long block = Math.Clamp(freeBytes / 8, 1 << 20, LargestBytes) / 2 / threads;
        using var together = new Barrier(threads + 1);
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() => Copy(block, together)) { IsBackground = true })];
        foreach (var worker in workers)
        {
            worker.Start();
        }

        double best = 0;
        for (int round = 0; round < Rounds; round++)
        {
            together.SignalAndWait();
            long started = Stopwatch.GetTimestamp();
            together.SignalAndWait();
            best = Math.Max(best, 2.0 * block * threads / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        foreach (var worker in workers)
        {
            worker.Join();
        }

        return best;
    }

    private static unsafe void Copy(long bytes, Barrier together)
    {
        void* source = NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        void* target = NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        try
        {
            // The first touch maps the pages, on this thread's own memory node.
            NativeMemory.Fill(source, (nuint)bytes, 1);
            NativeMemory.Fill(target, (nuint)bytes, 2);
            for (int round = 0; round < Rounds; round++)
            {
                together.SignalAndWait();
                Buffer.MemoryCopy(source, target, bytes, bytes);
                together.SignalAndWait();
            }
        }
        finally
        {
            NativeMemory.AlignedFree(source);
            NativeMemory.AlignedFree(target);
        }
    }
}
