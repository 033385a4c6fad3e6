using System.Diagnostics;
using Colossus.Training.Kernels;

namespace Colossus.Training.Tests.Kernels;

public sealed unsafe class KernelThreadsTests
{
    private const int Items = 1000;

    [Fact]
    public void Every_item_runs_once_whoever_calls_and_from_wherever()
    {
        KernelThreads.Count = 4;
        try
        {
            // More callers than one: only one job at a time is shared, the others run inline.
            Parallel.For(0, 8, _ =>
            {
                int* hits = stackalloc int[Items];
                for (int round = 1; round <= 200; round++)
                {
                    KernelThreads.For(Items, new Nested(hits));
                    Assert.All(new Span<int>(hits, Items).ToArray(), hit => Assert.Equal(round, hit));
                }
            });
        }
        finally
        {
            KernelThreads.Count = 1;
        }
    }

    [Fact]
    public void A_failure_reaches_the_caller_and_the_threads_go_on()
    {
        KernelThreads.Count = 3;
        try
        {
            for (int round = 0; round < 50; round++)
            {
                Assert.Throws<InvalidOperationException>(() => KernelThreads.For(64, default(Failing)));
            }

            int* hits = stackalloc int[64];
            KernelThreads.For(64, new Counting(hits));
            Assert.All(new Span<int>(hits, 64).ToArray(), hit => Assert.Equal(1, hit));
        }
        finally
        {
            KernelThreads.Count = 1;
        }
    }

    [Fact]
    public void Fewer_than_one_thread_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => KernelThreads.Count = 0);

    [Theory]
    [InlineData(0, 0.0004, 0)]
    [InlineData(0.0001, 0.003, 0.06)]
    [InlineData(0.01, 0.015, 0)]
    [InlineData(0.01, 1, 20)]
    public void After_a_wait_longer_than_an_item_takes_a_caller_works_alone_for_twenty_times_as_long(double worked, double waited, double alone)
    {
        long closed = 1000 + (long)(worked * Stopwatch.Frequency);
        long end = closed + (long)(waited * Stopwatch.Frequency);
        long until = KernelThreads.AloneUntil(1000, closed, end) ?? end;
        Assert.Equal(alone, (until - end) / (double)Stopwatch.Frequency, 1e-3 * waited);
    }

    private readonly struct Counting(int* hits) : IKernelBody
    {
        private readonly int* hits = hits;

        public void Run(int item) => Interlocked.Increment(ref hits[item]);
    }

    private readonly struct Nested(int* hits) : IKernelBody
    {
        private readonly int* hits = hits;

        public void Run(int item)
        {
            if (item % 10 == 0)
            {
                KernelThreads.For(Math.Min(10, Items - item), new Counting(hits + item));
            }
        }
    }

    private readonly struct Failing : IKernelBody
    {
        public void Run(int item)
        {
            if (item == 40)
            {
                throw new InvalidOperationException("a body failed");
            }
        }
    }
}
