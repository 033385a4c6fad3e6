using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Colossus.Training.Kernels;

/// <summary>The threads that kernels of one rank share. With one thread, the default, everything runs inline.</summary>
/// <remarks>
/// <para>Kernels cut their work into blocks of fixed size, never by the number of threads, so results do not depend on it.</para>
/// <para>
/// The caller publishes a job and works on it too; threads that wake late find it closed and go back to sleep, so a caller never waits for one that does not run.
/// It does wait for one that was interrupted in its work, as happens beside other programs: for a time slice, where the work takes microseconds. After such a wait
/// the caller works alone for twenty times as long, so that waits cost a few percent at most and a busy machine gives at least the speed of one thread.
/// </para>
/// <para>One job at a time: a call from inside a body, or from another rank of the same process while a job runs, runs inline.</para>
/// </remarks>
internal static unsafe class KernelThreads
{
    // Kernels follow each other closely: threads look for the next job, and a caller for the last thread, this often before they sleep (some 150 µs).
    // Yielding in between would not do: beside another program's busy thread it costs a time slice, while who sleeps is run soon after being woken.
    private const int Spins = 600;
    private const int SpinLength = 8;

    private const int AloneFactor = 20;

    // Longer than it takes to wake a thread, shorter than a time slice.
    private static readonly TimeSpan Patience = TimeSpan.FromMicroseconds(500);

    private static readonly SemaphoreSlim Wake = new(0);
    private static readonly SemaphoreSlim Left = new(0);
    private static int count = 1;
    private static int started;
    private static int busy;
    private static Job job;
    private static int open;
    private static int inside;
    private static int sleeping;
    private static int waiting;
    private static long aloneUntil;

    /// <summary>Threads to use, 1 or more, the caller included.</summary>
    public static int Count
    {
        get => Volatile.Read(ref count);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            for (; started < value - 1; started++)
            {
                int index = started + 1;
                new Thread(() => Work(index)) { IsBackground = true, Name = $"kernels {index}" }.Start();
            }

            Volatile.Write(ref count, value);
        }
    }

    /// <summary>Runs a body for 0 … items - 1, in any order and side by side.</summary>
    /// <param name="items">Number of calls.</param>
    /// <param name="body">The work.</param>
    public static void For<TBody>(int items, TBody body)
        where TBody : unmanaged, IKernelBody
    {
        if (Count == 1 || items <= 1 || Stopwatch.GetTimestamp() < Volatile.Read(ref aloneUntil) || Interlocked.CompareExchange(ref busy, 1, 0) != 0)
        {
            for (int item = 0; item < items; item++)
            {
                body.Run(item);
            }

            return;
        }

        Share(items, &body, &RunItem<TBody>);
    }

    /// <summary>Until when a caller works alone that slept while it waited for another thread's last item.</summary>
    /// <param name="start">When the job began, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="closed">When the caller found no item left.</param>
    /// <param name="end">When the last item was done.</param>
    /// <returns>In the same ticks; null where the wait may have been that for an item, of which the caller has done some too.</returns>
    internal static long? AloneUntil(long start, long closed, long end) =>
        Stopwatch.GetElapsedTime(closed, end) > Patience + (2 * Stopwatch.GetElapsedTime(start, closed)) ? end + (AloneFactor * (end - closed)) : null;

    private static void RunItem<TBody>(void* body, int item)
        where TBody : unmanaged, IKernelBody => ((TBody*)body)->Run(item);

    private static void Share(int items, void* body, delegate*<void*, int, void> run)
    {
        long start = Stopwatch.GetTimestamp();
        job = new Job { Body = body, Run = run, Items = items };
        Interlocked.Exchange(ref open, 1);
        int asleep = Interlocked.Exchange(ref sleeping, 0);
        if (asleep > 0)
        {
            Wake.Release(asleep);
        }

        TakeItems();

        // A thread counts itself in before it looks whether the job is open: once the count is 0 after closing, nobody holds the body.
        Interlocked.Exchange(ref open, 0);
        WaitUntilNobodyIsInside(start);
        var failure = job.Failure;
        job = default;
        Volatile.Write(ref busy, 0);
        failure?.Throw();
    }

    private static void WaitUntilNobodyIsInside(long start)
    {
        for (int spin = 0; spin < Spins; spin++)
        {
            if (Volatile.Read(ref inside) == 0)
            {
                return;
            }

            Thread.SpinWait(SpinLength);
        }

        // Who brings the count to 0 wakes a caller that waits. A look that finds nobody may leave a permit behind, so the count decides.
        long closed = Stopwatch.GetTimestamp();
        Interlocked.Exchange(ref waiting, 1);
        while (Volatile.Read(ref inside) != 0)
        {
            Left.Wait();
        }

        Volatile.Write(ref waiting, 0);
        if (AloneUntil(start, closed, Stopwatch.GetTimestamp()) is { } until)
        {
            Volatile.Write(ref aloneUntil, until);
        }
    }

    private static void TakeItems()
    {
        try
        {
            for (int item = Interlocked.Increment(ref job.Taken) - 1; item < job.Items; item = Interlocked.Increment(ref job.Taken) - 1)
            {
                job.Run(job.Body, item);
            }
        }
        catch (Exception exception)
        {
            job.Failure = ExceptionDispatchInfo.Capture(exception);
        }
    }

    private static void Work(int index)
    {
        while (true)
        {
            for (int spin = 0; spin < Spins; spin++)
            {
                if (Volatile.Read(ref open) != 0 && index < Count)
                {
                    Interlocked.Increment(ref inside);
                    if (Volatile.Read(ref open) != 0)
                    {
                        TakeItems();
                    }

                    if (Interlocked.Decrement(ref inside) == 0 && Volatile.Read(ref waiting) != 0)
                    {
                        Left.Release();
                    }

                    spin = 0;
                }

                Thread.SpinWait(SpinLength);
            }

            Interlocked.Increment(ref sleeping);
            Wake.Wait();
        }
    }

    private struct Job
    {
        public void* Body;
        public delegate*<void*, int, void> Run;
        public int Items;
        public int Taken;
        public ExceptionDispatchInfo? Failure;
    }
}
