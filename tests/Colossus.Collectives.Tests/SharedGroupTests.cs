using System.Diagnostics;

namespace Colossus.Collectives.Tests;

public sealed unsafe class SharedGroupTests
{
    private static readonly TimeSpan soon = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_later_epoch_reads_what_an_earlier_one_left_by_the_same_allocations()
    {
        string name = Ranks.NewName();
        GroupShape shape = new() { Ranks = 2, Epoch = 4, HeapBytes = SharedGroup.HeapBytesFor([100, 5000, 5000]), CounterCount = 3 };
        try
        {
            using (SharedGroup first = SharedGroup.Create(name, shape))
            {
                first.AllocateCommon(100)[99] = 1;
                first.Allocate(5000).Of(1)[4999] = 2;
                first.Slots[5] = -17;
                first.Advance(2, 12);
                first.Abort();
                Assert.Equal(0, first.HeapBytesLeft);
            }

            using SharedGroup reader = SharedGroup.Inspect(name, 4);
            Assert.Equal(1, reader.AllocateCommon(100)[99]);
            SharedBuffer buffer = reader.Allocate(5000);
            Assert.Equal((2, 0), (buffer.Of(1)[4999], buffer.Of(0)[4999]));
            Assert.Equal((-17, 12, 0), (reader.Slots[5], reader.CounterOf(0, 2), reader.Lowest(2)));
            Assert.Equal((-1, 2, 4, true), (reader.Rank, reader.Size, reader.Epoch, reader.IsAborted));
            Assert.Throws<InvalidOperationException>(() => reader.Advance(2, 13));
            Assert.Throws<InvalidOperationException>(() => reader.Slots[0] = 1);
            Assert.Throws<InvalidOperationException>(() => reader.Abort());
            Assert.Throws<SharedMemoryException>(() => SharedGroup.Inspect(name, 5));
        }
        finally
        {
            SharedSegment.Remove(name);
        }
    }

    [Fact]
    public void Regions_are_aligned_to_pages_and_a_full_heap_says_what_did_not_fit() => Ranks.Run(
        new GroupShape { Ranks = 2, HeapBytes = 5 * 4096 },
        group =>
        {
            byte* common = group.AllocateCommon(1, "one");
            SharedBuffer buffer = group.Allocate(4097, "two");
            Assert.Equal(0, (nint)common % 4096);
            Assert.Equal((4096, 2 * 4096), (buffer.Of(0) - common, buffer.Of(1) - buffer.Of(0)));
            Assert.Throws<ArgumentOutOfRangeException>(() => (nint)buffer.Of(2));
            SharedMemoryException error = Assert.Throws<SharedMemoryException>(() => (nint)group.AllocateCommon(1, "the third"));
            Assert.Contains("the third", error.What, StringComparison.Ordinal);
            Assert.Throws<ArgumentOutOfRangeException>(() => group.AllReduce(buffer, ElementType.Float32, 1000, 25));
        });

    [Fact]
    public void Counters_carry_what_was_written_before_them() => Ranks.Run(
        new GroupShape { Ranks = 3, HeapBytes = GroupShape.BytesOfBuffer(8, 3), CounterCount = 2 },
        group =>
        {
            SharedBuffer buffer = group.Allocate(8, "value");
            for (int round = 1; round <= 2000; round++)
            {
                *(long*)buffer.Of(group.Rank) = round;
                group.Advance(0, round);
                group.WaitForAll(0, round);
                Assert.True(group.IsReached(0, round));
                for (int rank = 0; rank < 3; rank++)
                {
                    Assert.Equal(round, *(long*)buffer.Of(rank));
                }

                group.Advance(1, round);
                group.WaitFor((group.Rank + 1) % 3, 1, round);
                group.WaitFor((group.Rank + 2) % 3, 1, round);
            }

            Assert.False(group.IsReached(0, 2001));
            Assert.Throws<ArgumentOutOfRangeException>(() => group.Advance(0, 1999));
            Assert.Throws<ArgumentOutOfRangeException>(() => group.Advance(2, 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => group.WaitFor(3, 0, 1));
        });

    [Fact]
    public void Waiting_is_measured()
    {
        Stopwatch held = new();
        Ranks.Run(new GroupShape { Ranks = 2, CounterCount = 1 }, group =>
        {
            group.Barrier();
            long before = group.WaitedTicks;
            if (group.Rank == 0)
            {
                held.Start();
                while (held.ElapsedMilliseconds < 50)
                {
                    Thread.Yield();
                }

                group.Advance(0, 1);
            }
            else
            {
                group.WaitFor(0, 0, 1);
                long waited = group.WaitedTicks - before;
                Assert.InRange(Stopwatch.GetElapsedTime(0, waited).TotalMilliseconds, 25, 5000);
                Assert.Equal(0, group.MessageWaitedTicks);
            }
        });
    }

    [Fact]
    public void After_an_abort_every_operation_of_every_rank_throws_with_the_first_reason()
    {
        // Nobody can join an aborted group: all must be in before.
        using Barrier joined = new(3);
        Ranks.Run(new GroupShape { Ranks = 3, Epoch = 9, CounterCount = 1 }, group =>
        {
            Assert.True(joined.SignalAndWait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
            if (group.Rank == 2)
            {
                group.Abort(AbortReason.RankFailed);
                group.Abort(AbortReason.Requested);
            }

            float[] data = new float[10];
            Action[] operations =
            [
                group.Barrier,
                () => group.WaitForAll(0, 1),
                () => group.WaitFor(group.Rank, 0, 0),
                () => group.AllReduce(data),
                () => group.Broadcast<float>(data, 0),
                () => group.Send<float>(data, (group.Rank + 1) % 3),
                () => group.Receive(data.AsSpan(), (group.Rank + 1) % 3),
                () => group.Advance(0, 1),
                () => group.Slots[0] = 1,
            ];
            foreach (Action operation in operations)
            {
                CollectiveAbortedException error = Assert.Throws<CollectiveAbortedException>(operation);
                Assert.Equal((9, AbortReason.RankFailed, 2), (error.Epoch, error.Reason, error.Rank));
            }

            Assert.Equal(0, group.CounterOf(group.Rank, 0));
        });
    }

    [Fact]
    public void The_supervisor_can_abort_a_group_that_it_is_no_rank_of()
    {
        string name = Ranks.NewName();
        Assert.False(SharedGroup.AbortFromOutside(name));
        try
        {
            using SharedGroup group = SharedGroup.Create(name, new GroupShape { Ranks = 2 });
            Assert.True(SharedGroup.AbortFromOutside(name));
            Assert.Equal(AbortReason.Requested, Assert.Throws<CollectiveAbortedException>(group.Barrier).Reason);
            Assert.Throws<CollectiveAbortedException>(() => SharedGroup.Join(name, 1, 2, 0, soon, Stop));
        }
        finally
        {
            SharedSegment.Remove(name);
        }
    }

    [Fact]
    public void Joining_waits_no_longer_than_it_may_and_refuses_what_does_not_fit()
    {
        string name = Ranks.NewName();
        Assert.Contains("not made in time", Assert.Throws<SharedMemoryException>(() => SharedGroup.Join(name, 1, 2, 0, soon, Stop)).What, StringComparison.Ordinal);
        using CancellationTokenSource cancellation = new(soon);
        Assert.ThrowsAny<OperationCanceledException>(() => SharedGroup.Join(name, 1, 2, 0, TimeSpan.FromMinutes(1), cancellation.Token));
        try
        {
            using (SharedSegment other = SharedSegment.Create(name, 100))
            {
                Assert.Contains("Not a segment of Colossus", Assert.Throws<SharedMemoryException>(() => SharedGroup.Join(name, 1, 2, 0, soon, Stop)).What, StringComparison.Ordinal);
            }

            SharedSegment.Remove(name);
            using SharedGroup group = SharedGroup.Create(name, new GroupShape { Ranks = 2, Epoch = 6 });
            Assert.Contains("another shape", Assert.Throws<SharedMemoryException>(() => SharedGroup.Join(name, 1, 3, 6, soon, Stop)).What, StringComparison.Ordinal);
            Assert.Contains("another shape", Assert.Throws<SharedMemoryException>(() => SharedGroup.Join(name, 1, 2, 5, soon, Stop)).What, StringComparison.Ordinal);
            Assert.Contains("is taken", Assert.Throws<SharedMemoryException>(() => SharedGroup.Join(name, 0, 2, 6, soon, Stop)).What, StringComparison.Ordinal);
            using SharedGroup second = SharedGroup.Join(name, 1, 2, 6, soon, Stop);
            Assert.Equal(1, second.Rank);
        }
        finally
        {
            SharedSegment.Remove(name);
        }
    }

    [Fact]
    public void Only_the_first_to_decide_a_slot_decides_it()
    {
        int decided = 0;
        Ranks.Run(new GroupShape { Ranks = 4 }, group =>
        {
            group.Barrier();
            if (group.Slots.CompareExchange(3, group.Rank + 1, 0) == 0)
            {
                Interlocked.Increment(ref decided);
            }

            group.Barrier();
            Assert.InRange(group.Slots[3], 1, 4);
        });
        Assert.Equal(1, decided);
    }
}
