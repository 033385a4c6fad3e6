using System.Runtime.ExceptionServices;

namespace Colossus.Training.Kernels;

/// <summary>The threads that kernels of one rank share. With one thread, the default, everything runs inline.</summary>
/// <remarks>
/// <para>Kernels cut their work into blocks of fixed size, never by the number of threads, so results do not depend on it.</para>
/// <para>
/// The caller publishes a job and works on it too; threads that wake late find it closed and go back to sleep, so a caller never waits for one that does not run.
/// One job at a time: a call from inside a body, or from another rank of the same process while a job runs, runs inline.
/// </para>
/// </remarks>
internal static unsafe class KernelThreads
{
    // About 20 µs of waiting before a thread sleeps: kernels follow each other closely, and libtorch wants the cores in between.
    private const int Spins = 200;

    private static readonly SemaphoreSlim Wake = new(0);
    private static int count = 1;
    private static int started;
    private static int busy;
    private static Job job;
    private static int open;
    private static int inside;
    private static int sleeping;

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
        if (Count == 1 || items <= 1 || Interlocked.CompareExchange(ref busy, 1, 0) != 0)
        {
            for (int item = 0; item < items; item++)
            {
                body.Run(item);
            }

            return;
        }

        Share(items, &body, &RunItem<TBody>);
    }

    private static void RunItem<TBody>(void* body, int item)
        where TBody : unmanaged, IKernelBody => ((TBody*)body)->Run(item);

    private static void Share(int items, void* body, delegate*<void*, int, void> run)
    {
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
        var spinner = default(SpinWait);
        while (Volatile.Read(ref inside) != 0)
        {
            spinner.SpinOnce(-1);
        }

        var failure = job.Failure;
        job = default;
        Volatile.Write(ref busy, 0);
        failure?.Throw();
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

                    Interlocked.Decrement(ref inside);
                    spin = 0;
                }

                Thread.SpinWait(8);
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
