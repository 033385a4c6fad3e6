using System.Diagnostics;
using System.Security.Cryptography;
using Colossus.Processes;

namespace Colossus.Collectives.Tests;

public sealed unsafe class LostRankTests : IDisposable
{
    private const int Floats = 300_000;
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(30);

    // Sleepers look for death every 200 ms; the rest is for a machine that is busy.
    private static readonly TimeSpan promptly = TimeSpan.FromSeconds(10);

    // Long past spinning. On a machine so busy that the wait has not begun, a test proves less, but does not fail.
    private static readonly TimeSpan asleep = TimeSpan.FromMilliseconds(60);
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
    public void A_rank_that_is_killed_in_the_midst_of_its_work_makes_all_others_throw(string verb, int ranks)
    {
        string name = NewName();
        using World world = World.Create(name, Shape(1, ranks), 0);
        using RankProcess victim = new(verb, name, 1, ranks, 1);
        List<RankProcess> others = [.. Enumerable.Range(2, ranks - 2).Select(rank => new RankProcess(verb, name, rank, ranks, 1))];
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
                    AllReduce(world);
                }
                else
                {
                    fixed (float* pointer = data)
                    {
                        world.Mailbox(0).Send(pointer, Floats * 4L);
                        world.Mailbox(ranks - 1).Receive(pointer, Floats * 4L);
                    }
                }

                world.Advance(0, ++rounds);
                if (rounds == 5)
                {
                    // In the midst of some later round, from another thread.
                    kill.Change(20, Timeout.Infinite);
                }
            }
        });

        Assert.True(sinceKill.Elapsed < promptly, $"It took {sinceKill.Elapsed} to notice.");
        Assert.Equal((AbortReason.PeerDied, 1, 1L), (error.Reason, error.Rank, error.Epoch));
        Assert.True(rounds >= 5);
        foreach (RankProcess other in others)
        {
            Assert.Equal("joined", other.NextLine());
            Assert.Equal("aborted PeerDied 1", other.NextLine());
            other.End();
            other.Dispose();
        }
    }

    public static TheoryData<string> Waits => [.. waits.Keys];

    // Each blocks on rank 1, which has joined and started the first collective of group 1, and does nothing any more.
    private static readonly Dictionary<string, Action<World>> waits = new()
    {
        ["world barrier"] = world => world.Barrier(),
        ["counter of one"] = world => world.WaitFor(1, 0, 1),
        ["counter of all"] = world =>
        {
            world.Advance(0, 1);
            world.WaitForAll(0, 1);
        },
        ["group barrier"] = world => world.Group(0).Barrier(),
        ["exchange"] = world => world.Group(0).Exchange([1], new byte[2]),
        ["result"] = world => world.Group(0).AllGather(0, 4, Halves(2)).WaitForResult(),
        ["all members have read"] = world =>
        {
            Pending pending = world.Group(1).AllGather(0, 4, Halves(2));
            pending.WaitForResult();
            pending.Wait();
        },
        ["full mailbox"] = world =>
        {
            float* data = stackalloc float[1];
            world.Mailbox(0).Send(data, 4);
            world.Mailbox(0).Send(data, 4);
            world.Mailbox(0).Send(data, 4);
        },
        ["empty mailbox"] = world =>
        {
            float* data = stackalloc float[1];
            world.Mailbox(1).Receive(data, 4);
        },
        ["full text channel"] = world => world.SendText(new string('x', 1 << 20), 1),
        ["empty text channel"] = world => world.ReceiveText(1),
    };

    [Theory]
    [MemberData(nameof(Waits))]
    public void A_rank_that_is_killed_ends_every_kind_of_wait_for_it(string wait)
    {
        string name = NewName();
        using World world = World.Create(name, Shape(1, 2), 0);
        using RankProcess victim = new("idle", name, 1, 2, 1);
        Assert.Equal("joined", victim.NextLine());
        using Timer kill = new(_ => victim.Kill(), null, asleep, Timeout.InfiniteTimeSpan);
        CollectiveAbortedException error = Assert.Throws<CollectiveAbortedException>(() => waits[wait](world));
        Assert.Equal((AbortReason.PeerDied, 1), (error.Reason, error.Rank));
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public void An_abort_ends_every_kind_of_wait(string wait)
    {
        string name = NewName();
        using World world = World.Create(name, Shape(1, 2), 0);
        using World peer = World.Join(name, 1, 2, 1, limit, TestContext.Current.CancellationToken);
        _ = peer.Group(1).AllGather(0, 4, Halves(2));
        using Timer abort = new(_ => World.AbortFromOutside(name), null, asleep, Timeout.InfiniteTimeSpan);
        CollectiveAbortedException error = Assert.Throws<CollectiveAbortedException>(() => waits[wait](world));
        Assert.Equal((AbortReason.Requested, null), (error.Reason, error.Rank));
    }

    [Fact]
    public void A_frozen_rank_of_an_aborted_epoch_cannot_alter_the_next_one_when_it_wakes_up()
    {
        string first = NewName(), second = NewName();
        using World old = World.Create(first, Shape(1, 2), 0);
        using RankProcess zombie = new("loop", first, 1, 2, 1);
        for (int round = 1; round <= 5; round++)
        {
            AllReduce(old);
            old.Advance(0, round);
        }

        zombie.Signal("STOP");
        zombie.AwaitState('T');
        Stopwatch sinceAbort = Stopwatch.StartNew();
        using Timer abort = new(_ => World.AbortFromOutside(first), null, 300, Timeout.Infinite);
        // A frozen process lives: only the supervisor can tell that it is lost.
        Assert.Equal(AbortReason.Requested, Assert.Throws<CollectiveAbortedException>(() => AllReduceForEver(old)).Reason);
        Assert.True(sinceAbort.Elapsed < promptly, $"It took {sinceAbort.Elapsed} to notice.");
        long counter = old.CounterOf(1, 0);

        using World next = World.Create(second, Shape(2, 2), 0);
        for (int i = 0; i < Floats; i++)
        {
            ((float*)next.Region)[i] = i;
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
        Assert.StartsWith("refused A world has another shape", again.NextLine(), StringComparison.Ordinal);
        using RankProcess taken = new("join", second, 0, 2, 2);
        Assert.StartsWith("refused Rank 0 of a world is taken", taken.NextLine(), StringComparison.Ordinal);
        again.End();
        taken.End();
    }

    [Fact]
    public void A_rank_that_leaves_while_others_wait_for_it_makes_them_throw()
    {
        string name = NewName();
        using World world = World.Create(name, Shape(1, 2), 0);
        using RankProcess peer = new("join", name, 1, 2, 1);
        CollectiveAbortedException error = Assert.Throws<CollectiveAbortedException>(world.Barrier);
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

    private static WorldShape Shape(long epoch, int ranks) => new()
    {
        Ranks = ranks,
        Epoch = epoch,
        RegionBytes = [.. Enumerable.Repeat(Floats * 4L, ranks)],
        CounterCount = 1,
        Groups = [Ranks.All(ranks), Ranks.All(ranks)],
        Mailboxes = [.. Enumerable.Range(0, ranks).Select(rank => new MailboxShape { From = rank, To = (rank + 1) % ranks, Entries = 2, EntryBytes = Floats * 4L })],
    };

    private static ElementRange[] Halves(int ranks) => [.. Enumerable.Range(0, ranks).Select(rank => new ElementRange((long)Floats * rank / ranks, Floats / ranks))];

    private static void AllReduce(World world)
    {
        ElementRange[] parts = Halves(world.Size);
        world.Group(0).ReduceScatter(0, ElementType.Float32, parts, (float*)world.Region + parts[world.Rank].Start).WaitForResult();
        world.Group(0).AllGather(0, 4, parts).Wait();
    }

    private static void AllReduceForEver(World world)
    {
        Stopwatch running = Stopwatch.StartNew();
        while (running.Elapsed < limit)
        {
            AllReduce(world);
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
                    World.AbortFromOutside(name, AbortReason.RankFailed);
                }
                catch (SharedMemoryException)
                {
                    // A segment that is no world's.
                }
            }
        }
    }
}
