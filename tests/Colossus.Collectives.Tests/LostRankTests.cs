using System.Diagnostics;
using System.Security.Cryptography;
using Colossus.Processes;

namespace Colossus.Collectives.Tests;

public sealed unsafe class LostRankTests : IDisposable
{
    private const int Floats = 1_000_000;
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(30);
    private readonly List<string> names = [];
    private readonly Timer watchdog;

    // A wait that should have ended by itself is ended here, with another reason than the tests expect.
    public LostRankTests() => watchdog = new Timer(_ => AbortAll(), null, limit, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        watchdog.Dispose();
        AbortAll();
        names.ForEach(name => SharedSegment.Remove(name));
    }

    [Theory]
    [InlineData("loop", 2)]
    [InlineData("loop", 3)]
    [InlineData("ring", 2)]
    public void A_rank_that_is_killed_makes_all_others_throw_within_two_seconds(string verb, int ranks)
    {
        string name = NewName();
        using SharedGroup group = SharedGroup.Create(name, Shape(1, ranks));
        SharedBuffer buffer = group.Allocate(Floats * 4L, "data");
        using RankProcess victim = new(verb, name, 1, ranks, 1, Floats);
        List<RankProcess> others = [.. Enumerable.Range(2, ranks - 2).Select(rank => new RankProcess(verb, name, rank, ranks, 1, Floats))];
        float[] data = new float[Floats];
        int rounds = 0;
        Stopwatch sinceKill = new();
        using Timer kill = new(_ =>
        {
            sinceKill.Start();
            victim.Kill();
        });
        CollectiveAbortedException error = Assert.Throws<CollectiveAbortedException>(void () =>
        {
            while (true)
            {
                if (verb == "loop")
                {
                    group.AllReduce(buffer, ElementType.Float32, 0, Floats, 1f / ranks);
                }
                else
                {
                    group.Send<float>(data, 1);
                    group.Receive(data.AsSpan(), ranks - 1);
                }

                group.Advance(0, ++rounds);
                if (rounds == 5)
                {
                    // In the midst of some later round, from another thread.
                    kill.Change(20, Timeout.Infinite);
                }
            }
        });

        Assert.True(sinceKill.Elapsed < TimeSpan.FromSeconds(2), $"It took {sinceKill.Elapsed} to notice.");
        Assert.Equal(AbortReason.PeerDied, error.Reason);
        Assert.Equal(1, error.Rank);
        Assert.Equal(1, error.Epoch);
        Assert.True(rounds >= 5);
        foreach (RankProcess other in others)
        {
            Assert.Equal("joined", other.NextLine());
            Assert.Equal("aborted PeerDied 1", other.NextLine());
            other.End();
            other.Dispose();
        }
    }

    [Fact]
    public void A_frozen_rank_of_an_aborted_epoch_cannot_alter_the_next_one_when_it_wakes_up()
    {
        string first = NewName(), second = NewName();
        using SharedGroup old = SharedGroup.Create(first, Shape(1, 2));
        SharedBuffer oldData = old.Allocate(Floats * 4L, "data");
        using RankProcess zombie = new("loop", first, 1, 2, 1, Floats);
        for (int round = 1; round <= 5; round++)
        {
            old.AllReduce(oldData, ElementType.Float32, 0, Floats);
            old.Advance(0, round);
        }

        zombie.Signal("STOP");
        zombie.AwaitState('T');
        Stopwatch sinceAbort = Stopwatch.StartNew();
        using Timer abort = new(_ => SharedGroup.AbortFromOutside(first), null, 300, Timeout.Infinite);
        // A frozen process lives: only the supervisor can tell that it is lost.
        Assert.Equal(AbortReason.Requested, Assert.Throws<CollectiveAbortedException>(() => AllReduceForEver(old, oldData)).Reason);
        Assert.True(sinceAbort.Elapsed < TimeSpan.FromSeconds(2), $"It took {sinceAbort.Elapsed} to notice.");
        long counter = old.CounterOf(1, 0);

        using SharedGroup next = SharedGroup.Create(second, Shape(2, 2));
        SharedBuffer data = next.Allocate(Floats * 4L, "data");
        for (int i = 0; i < Floats; i++)
        {
            ((float*)data.Of(0))[i] = i;
        }

        byte[] before = Hash(second);
        zombie.Signal("CONT");
        Assert.Equal("joined", zombie.NextLine());
        Assert.Equal("aborted Requested ", zombie.NextLine());
        zombie.End();
        Assert.Equal(before, Hash(second));
        Assert.Equal(counter, old.CounterOf(1, 0));

        // Nor can it come back under the old number, or take a place that is held.
        using RankProcess again = new("join", second, 1, 2, 1);
        Assert.StartsWith("refused A process group has another shape", again.NextLine(), StringComparison.Ordinal);
        using RankProcess taken = new("join", second, 0, 2, 2);
        Assert.StartsWith("refused Rank 0 of a process group is taken", taken.NextLine(), StringComparison.Ordinal);
        again.End();
        taken.End();
    }

    [Fact]
    public void A_rank_that_leaves_while_others_wait_for_it_makes_them_throw()
    {
        string name = NewName();
        using SharedGroup group = SharedGroup.Create(name, Shape(1, 2));
        using RankProcess peer = new("join", name, 1, 2, 1);
        CollectiveAbortedException error = Assert.Throws<CollectiveAbortedException>(group.Barrier);
        Assert.Equal(AbortReason.PeerLeft, error.Reason);
        Assert.Equal(1, error.Rank);
        peer.End();
    }

    [Fact]
    public void A_process_that_is_killed_while_it_makes_a_segment_leaves_nothing_that_its_lease_does_not_clear()
    {
        using MemoryLease lease = MemoryLease.Begin();
        using RankProcess maker = new("making", lease.Segment(0));
        Assert.Equal("making", maker.NextLine());
        Assert.Single(Directory.GetFiles(MemoryLease.Folder, lease.Name + "-*"));
        maker.Kill();
        lease.Remove(0);
        Assert.Empty(Directory.GetFiles(MemoryLease.Folder, lease.Name + "-*"));
    }

    private static GroupShape Shape(long epoch, int ranks) => new()
    {
        Ranks = ranks,
        Epoch = epoch,
        HeapBytes = GroupShape.BytesOfBuffer(Floats * 4L, ranks),
        CounterCount = 1,
    };

    private static void AllReduceForEver(SharedGroup group, SharedBuffer data)
    {
        Stopwatch running = Stopwatch.StartNew();
        while (running.Elapsed < limit)
        {
            group.AllReduce(data, ElementType.Float32, 0, Floats);
        }
    }

    private static byte[] Hash(string name)
    {
        using SharedSegment segment = SharedSegment.Open(name, writable: false);
        using UnmanagedMemoryStream bytes = new(segment.Pointer, segment.Bytes);
        return SHA256.HashData(bytes);
    }

    private string NewName()
    {
        string name = Ranks.NewName();
        lock (names)
        {
            names.Add(name);
        }

        return name;
    }

    private void AbortAll()
    {
        lock (names)
        {
            foreach (string name in names)
            {
                try
                {
                    SharedGroup.AbortFromOutside(name, AbortReason.RankFailed);
                }
                catch (SharedMemoryException)
                {
                    // A segment that is no group's.
                }
            }
        }
    }
}
