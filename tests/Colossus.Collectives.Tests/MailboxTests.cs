namespace Colossus.Collectives.Tests;

public sealed unsafe class MailboxTests
{
    private static WorldShape Shape(int entries = 3, long bytes = 100) => new()
    {
        Ranks = 2,
        Mailboxes = [new MailboxShape { From = 1, To = 0, Entries = entries, EntryBytes = bytes }, new MailboxShape { From = 0, To = 1, Entries = 1, EntryBytes = 8 }],
    };

    [Fact]
    public void Messages_of_different_lengths_arrive_whole_and_in_order_through_fewer_entries() => Ranks.Run(Shape(), world =>
    {
        Mailbox box = world.Mailbox(0);
        byte[] data = new byte[100];
        long total = 0;
        for (int message = 0; message < 2000; message++)
        {
            int bytes = message % 101;
            total += bytes;
            fixed (byte* pointer = data)
            {
                if (world.Rank == 1)
                {
                    data.AsSpan(0, bytes).Fill((byte)message);
                    box.Send(pointer, bytes);
                    data.AsSpan().Fill(255);
                }
                else
                {
                    data.AsSpan().Fill(254);
                    box.Receive(pointer, bytes);
                    Assert.False(data.AsSpan(0, bytes).ContainsAnyExcept((byte)message));
                    Assert.False(data.AsSpan(bytes).ContainsAnyExcept((byte)254));
                }
            }
        }

        Assert.Equal(world.Rank == 1 ? new Traffic(2000, total, 0) : new Traffic(2000, 0, total), box.Traffic);
        world.Barrier();
    });

    [Fact]
    public void A_sender_does_not_wait_until_all_entries_are_unread() => Ranks.Run(Shape(entries: 4, bytes: 8), world =>
    {
        Mailbox box = world.Mailbox(0);
        long value = 0;
        if (world.Rank == 1)
        {
            for (value = 1; value <= 4; value++)
            {
                Assert.True(box.IsReady);
                box.Send(&value, sizeof(long));
            }

            // Nobody reads before the barrier.
            Assert.False(box.IsReady);
            world.Barrier();
            box.Send(&value, sizeof(long));
        }
        else
        {
            Assert.False(box.IsReady);
            world.Barrier();
            for (long expected = 1; expected <= 5; expected++)
            {
                box.Receive(&value, sizeof(long));
                Assert.Equal(expected, value);
            }

            Assert.False(box.IsReady);
        }

        world.Barrier();
    });

    [Fact]
    public void A_message_of_another_length_than_asked_for_is_an_error_on_both_sides()
    {
        AggregateException error = Assert.Throws<AggregateException>(() => Ranks.Run(Shape(), world =>
        {
            byte* data = stackalloc byte[100];
            if (world.Rank == 1)
            {
                world.Mailbox(0).Send(data, 10);
                world.Barrier();
            }
            else
            {
                world.Mailbox(0).Receive(data, 11);
            }
        }));
        Assert.Contains("sent 10 bytes", error.InnerExceptions[0].Message, StringComparison.Ordinal);
        Assert.Equal(0, Assert.IsType<CollectiveAbortedException>(error.InnerExceptions[1]).Rank);
    }

    [Fact]
    public void The_wrong_side_and_lengths_that_no_entry_holds_are_refused() => Ranks.Run(Shape() with { Ranks = 3 }, world =>
    {
        if (world.Rank == 2)
        {
            Assert.Contains("from rank 1 to 0", Assert.Throws<ArgumentException>(() => world.Mailbox(0)).Message, StringComparison.Ordinal);
            return;
        }

        Mailbox box = world.Mailbox(0);
        Assert.Same(box, world.Mailbox(0));
        byte* data = stackalloc byte[101];
        Assert.Equal(world.Rank == 1, box.IsSender);
        nint pointer = (nint)data;
        Action<long> own = box.IsSender ? bytes => box.Send((void*)pointer, bytes) : bytes => box.Receive((void*)pointer, bytes);
        Action<long> other = box.IsSender ? bytes => box.Receive((void*)pointer, bytes) : bytes => box.Send((void*)pointer, bytes);
        Assert.Throws<InvalidOperationException>(() => other(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => own(101));
        Assert.Throws<ArgumentOutOfRangeException>(() => own(-1));
        Assert.Equal(default, box.Traffic);
    });
}
