namespace Colossus.Collectives.Tests;

public sealed unsafe class WorldTests
{
    private static readonly TimeSpan soon = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_later_epoch_reads_what_an_earlier_one_left_in_each_rank_s_region()
    {
        string name = Ranks.NewName();
        WorldShape shape = new() { Ranks = 2, Epoch = 4, RegionBytes = [5000, 100], CounterCount = 3, Groups = [Ranks.All(2)] };
        try
        {
            using (World first = World.Create(name, shape, 0))
            using (World second = World.Join(name, 1, 2, 4, soon, Stop))
            {
                Assert.False(new ReadOnlySpan<byte>(first.Region, 5000).ContainsAnyExcept((byte)0));
                Assert.Equal(0, (nint)second.Region % 4096);
                first.Region[4999] = 1;
                second.Region[99] = 2;
                first.Advance(2, 12);
                second.Advance(2, 11);
                Assert.Equal(2, ByteOf(first, 1, 99));
                Assert.Throws<ArgumentOutOfRangeException>(() => ByteOf(first, 1, 100));
                first.Abort();
            }

            using World reader = World.Inspect(name, 4);
            Assert.Equal((1, 2), (ByteOf(reader, 0, 4999), ByteOf(reader, 1, 99)));
            Assert.Equal([5000, 100], reader.Shape.RegionBytes);
            Assert.Equal((12, 11, 0), (reader.CounterOf(0, 2), reader.Lowest(2), reader.Lowest(0)));
            Assert.Equal((-1, 2, 4, true), (reader.Rank, reader.Size, reader.Epoch, reader.IsAborted));
            Assert.Throws<InvalidOperationException>(() => (nint)reader.Region);
            Assert.Throws<InvalidOperationException>(() => reader.Advance(2, 13));
            Assert.Throws<InvalidOperationException>(reader.Barrier);
            Assert.Throws<InvalidOperationException>(() => reader.Group(0));
            Assert.Throws<InvalidOperationException>(() => reader.SendText("text", 1));
            Assert.Throws<InvalidOperationException>(() => reader.Abort());
            Assert.Throws<SharedMemoryException>(() => World.Inspect(name, 5));
        }
        finally
        {
            SharedSegment.Remove(name);
        }
    }

    [Fact]
    public void Reading_a_region_copies_the_bytes_asked_for_and_no_others()
    {
        string name = Ranks.NewName();
        try
        {
            using World world = World.Create(name, new WorldShape { Ranks = 2, RegionBytes = [300, 7] }, 0);
            using World other = World.Join(name, 1, 2, 0, soon, Stop);
            for (int i = 0; i < 300; i++)
            {
                world.Region[i] = (byte)(i + 1);
            }

            foreach (World reader in (World[])[world, other])
            {
                byte[] found = [.. Enumerable.Repeat((byte)77, 12)];
                fixed (byte* first = found)
                {
                    reader.Read(0, 290, first + 1, 10);
                    reader.Read(1, 7, first, 0);
                }

                Assert.Equal([77, .. Enumerable.Range(291, 10).Select(value => (byte)value), 77], found);
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => BytesOf(world, 0, 291, 10));
            Assert.Throws<ArgumentOutOfRangeException>(() => BytesOf(world, 1, -1, 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => BytesOf(world, 1, 0, -1));
            Assert.Throws<ArgumentOutOfRangeException>(() => BytesOf(world, 1, long.MaxValue, 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => BytesOf(world, 2, 0, 1));

            // What is read from a world that was given up may be half overwritten: it is worth nothing.
            other.Abort();
            Assert.Throws<CollectiveAbortedException>(() => BytesOf(world, 0, 0, 1));
        }
        finally
        {
            SharedSegment.Remove(name);
        }
    }

    [Fact]
    public void Counters_carry_what_was_written_before_them() => Ranks.Run(
        new WorldShape { Ranks = 3, CounterCount = 2, RegionBytes = [4, 4, 4] },
        world =>
        {
            using World reader = World.Inspect(world.Name, world.Epoch);
            for (int round = 1; round <= 1000; round++)
            {
                *(int*)world.Region = round;
                world.Advance(0, round);
                world.WaitForAll(0, round);
                Assert.True(world.Lowest(0) >= round);
                for (int rank = 0; rank < 3; rank++)
                {
                    int found;
                    reader.Read(rank, 0, &found, sizeof(int));
                    Assert.Equal(round, found);
                }

                world.Advance(1, round);
                world.WaitFor((world.Rank + 1) % 3, 1, round);
                world.WaitFor((world.Rank + 2) % 3, 1, round);
            }

            Assert.Equal(1000, world.Lowest(0));
            Assert.Throws<ArgumentOutOfRangeException>(() => world.Advance(0, 999));
            Assert.Throws<ArgumentOutOfRangeException>(() => world.Advance(2, 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => world.WaitFor(3, 0, 1));
        });

    [Fact]
    public void Texts_of_any_length_arrive_in_order_on_a_thread_in_the_background_while_collectives_go_on() => Ranks.Run(
        new WorldShape { Ranks = 2, ChannelBytes = 64, Groups = [Ranks.All(2)] },
        world =>
        {
            const int Rounds = 100;
            int peer = 1 - world.Rank, wrong = 0;
            Thread background = new(() =>
            {
                try
                {
                    PassTexts();
                }
                catch (CollectiveAbortedException)
                {
                    wrong++;
                }
            });
            background.Start();
            try
            {
                byte[] all = new byte[2];
                for (int round = 0; round < 2000; round++)
                {
                    world.Group(0).Exchange([(byte)(round + world.Rank)], all);
                    Assert.Equal([(byte)round, (byte)(round + 1)], all);
                }
            }
            catch
            {
                world.Abort(AbortReason.RankFailed);
                throw;
            }
            finally
            {
                // The world may not go before the thread that uses it.
                Assert.True(background.Join(TimeSpan.FromSeconds(30)), "The texts did not end within 30 s.");
            }

            Assert.Equal(0, wrong);
            Assert.Throws<ArgumentOutOfRangeException>(() => world.SendText("text", world.Rank));

            void PassTexts()
            {
                for (int round = 0; round < Rounds; round++)
                {
                    string text = new('ä', round * 7);
                    if (world.Rank == 0)
                    {
                        world.SendText(text, peer);
                    }

                    wrong += world.ReceiveText(peer) == text ? 0 : 1;
                    if (world.Rank == 1)
                    {
                        world.SendText(text, peer);
                    }
                }
            }
        });

    [Fact]
    public void After_an_abort_every_operation_of_every_rank_throws_with_the_first_reason()
    {
        using CountdownEvent started = new(3);
        Ranks.Run(
            new WorldShape { Ranks = 3, Epoch = 9, CounterCount = 1, RegionBytes = [64, 64, 64], Groups = [Ranks.All(3)], Mailboxes = [.. Enumerable.Range(0, 3).Select(rank => new MailboxShape { From = rank, To = (rank + 1) % 3, Entries = 1, EntryBytes = 8 })] },
            world =>
            {
                ElementRange[] parts = [new(0, 1), new(1, 1), new(2, 1)];
                Group group = world.Group(0);
                Mailbox outgoing = world.Mailbox(world.Rank), incoming = world.Mailbox((world.Rank + 2) % 3);
                Pending early = group.AllGather(0, 4, parts);
                started.Signal();
                if (world.Rank == 2)
                {
                    Assert.True(started.Wait(TimeSpan.FromSeconds(30), Stop), "Not all ranks had started within 30 s.");
                    world.Abort(AbortReason.RankFailed);
                    world.Abort(AbortReason.Requested);
                }

                while (!world.IsAborted)
                {
                    Thread.Yield();
                }

                long value = 0;
                float sum = 0;
                nint number = (nint)(&value), destination = (nint)(&sum);
                Action[] operations =
                [
                    world.Barrier,
                    world.CheckMayPublish,
                    () => world.WaitForAll(0, 1),
                    () => world.WaitFor(world.Rank, 0, 0),
                    () => world.Advance(0, 1),
                    () => world.SendText("text", (world.Rank + 1) % 3),
                    () => world.ReceiveText((world.Rank + 1) % 3),
                    group.Barrier,
                    () => group.ReduceScatter(0, ElementType.Float32, parts, (float*)destination),
                    () => group.AllGather(0, 4, parts),
                    () => group.Exchange([1], new byte[3]),
                    early.Wait,
                    early.WaitForResult,
                    () => _ = early.IsDone,
                    () => outgoing.Send((void*)number, 8),
                    () => incoming.Receive((void*)number, 8),
                    () => _ = incoming.IsReady,
                ];
                foreach (Action operation in operations)
                {
                    CollectiveAbortedException error = Assert.Throws<CollectiveAbortedException>(operation);
                    Assert.Equal((9, AbortReason.RankFailed, 2), (error.Epoch, error.Reason, error.Rank));
                }

                Assert.Equal(0, world.CounterOf(world.Rank, 0));
            });
    }

    [Fact]
    public void The_supervisor_can_abort_a_world_that_it_is_no_rank_of()
    {
        string name = Ranks.NewName();
        Assert.False(World.AbortFromOutside(name));
        try
        {
            using World world = World.Create(name, new WorldShape { Ranks = 2 }, 0);
            Assert.True(World.AbortFromOutside(name));
            Assert.Equal(AbortReason.Requested, Assert.Throws<CollectiveAbortedException>(world.Barrier).Reason);
            Assert.Throws<CollectiveAbortedException>(() => World.Join(name, 1, 2, 0, soon, Stop));
        }
        finally
        {
            SharedSegment.Remove(name);
        }
    }

    [Fact]
    public void A_world_that_was_left_can_be_aborted_and_left_again_without_harm()
    {
        string name = Ranks.NewName();
        try
        {
            World world = World.Create(name, new WorldShape { Ranks = 1, RegionBytes = [8] }, 0);
            world.Dispose();
            world.Abort();
            world.Dispose();
            Assert.Throws<ObjectDisposedException>(() => (nint)world.Region);
            Assert.Throws<ObjectDisposedException>(world.Barrier);
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
        Assert.Contains("not made in time", Refusal(1, 2, 0).What, StringComparison.Ordinal);
        using CancellationTokenSource cancellation = new(soon);
        Assert.ThrowsAny<OperationCanceledException>(() => World.Join(name, 1, 2, 0, TimeSpan.FromMinutes(1), cancellation.Token));
        try
        {
            using (SharedSegment other = SharedSegment.Create(name, 100))
            {
                Assert.Contains("Not a segment of Colossus", Refusal(1, 2, 0).What, StringComparison.Ordinal);
            }

            SharedSegment.Remove(name);
            using World world = World.Create(name, new WorldShape { Ranks = 2, Epoch = 6 }, 0);
            Assert.Contains("another shape", Refusal(1, 3, 6).What, StringComparison.Ordinal);
            Assert.Contains("another shape", Refusal(1, 2, 5).What, StringComparison.Ordinal);
            Assert.Contains("is taken", Refusal(0, 2, 6).What, StringComparison.Ordinal);
            using World second = World.Join(name, 1, 2, 6, soon, Stop);
            Assert.Equal(1, second.Rank);
        }
        finally
        {
            SharedSegment.Remove(name);
        }

        SharedMemoryException Refusal(int rank, int ranks, long epoch) => Assert.Throws<SharedMemoryException>(() => World.Join(name, rank, ranks, epoch, soon, Stop));
    }

    [Fact]
    public void A_shape_that_is_not_possible_says_what_is()
    {
        WorldShape good = new() { Ranks = 2 };
        (WorldShape Shape, string Says)[] cases =
        [
            (good with { Ranks = 0 }, "1 to 1024"),
            (good with { Epoch = -1 }, "epochs count from 0"),
            (good with { CounterCount = -1 }, "0 or more"),
            (good with { RegionBytes = [1] }, "one a rank"),
            (good with { RegionBytes = [1, -1] }, "negative"),
            (good with { ChannelBytes = 65 }, "multiple of 64"),
            (good with { Groups = [new GroupShape { Ranks = [] }] }, "group 0 has no rank"),
            (good with { Groups = [new GroupShape { Ranks = [0, 2] }] }, "names rank 2; 0 to 1 exist"),
            (good with { Groups = [new GroupShape { Ranks = [1, 1] }] }, "twice"),
            (good with { Mailboxes = [new MailboxShape { From = 1, To = 1, Entries = 1, EntryBytes = 1 }] }, "two different ones"),
            (good with { Mailboxes = [new MailboxShape { From = 0, To = 1, Entries = 0, EntryBytes = 1 }] }, "above 0"),
        ];
        foreach ((WorldShape shape, string says) in cases)
        {
            Assert.Contains(says, Assert.Throws<ArgumentException>(() => World.Create(Ranks.NewName(), shape, 0)).Message, StringComparison.Ordinal);
        }
    }

    private static void BytesOf(World world, int rank, long offset, long bytes)
    {
        byte* found = stackalloc byte[16];
        world.Read(rank, offset, found, bytes);
    }

    private static byte ByteOf(World world, int rank, long offset)
    {
        byte found;
        world.Read(rank, offset, &found, 1);
        return found;
    }
}
