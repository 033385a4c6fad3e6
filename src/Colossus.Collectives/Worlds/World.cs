using System.Diagnostics;

namespace Colossus.Collectives;

/// <summary>
/// All ranks of an epoch over one <see cref="SharedSegment"/>: who is there, whether the epoch was given up, counters, texts, and one region of memory for each rank.
/// No rank reaches another's region but by a collective of a <see cref="Collectives.Group"/>; messages pass through a <see cref="Collectives.Mailbox"/>.
/// The segment outlives the processes: a later epoch reads from it what an earlier one left (<see cref="Inspect"/>).
/// Collectives, mailboxes and waits belong to one thread, which works on collectives that it has started while it waits. Texts in one direction may be another thread's;
/// reading counters, raising one and <see cref="Abort"/> any thread's. Ranks may be threads of one process, each with a world of its own.
/// </summary>
/// <remarks>
/// The fence: each epoch has a segment of its own, and whatever publishes (counter, collective, message, text) first looks at the segment's abort word and epoch. A rank that was
/// frozen and wakes up after its epoch was given up can at most finish the store or the kernel it was in, in the old segment, and then gets <see cref="CollectiveAbortedException"/>.
/// </remarks>
public sealed unsafe class World : IDisposable
{
    private static readonly TimeSpan pollInterval = TimeSpan.FromMilliseconds(1);

    private readonly WorldMemory memory;
    private readonly Progress progress = new();
    private readonly Signals signals;
    private readonly int[] everyone;
    private readonly Group?[] groups;
    private readonly Mailbox?[] mailboxes;

    private World(WorldMemory memory)
    {
        this.memory = memory;
        signals = new Signals(memory, progress);
        everyone = [.. Enumerable.Range(0, Shape.Ranks)];
        groups = new Group?[Shape.Groups.Count];
        mailboxes = new Mailbox?[Shape.Mailboxes.Count];
    }

    /// <summary>Name of the segment.</summary>
    public string Name => memory.Name;

    /// <summary>Ranks, sizes, groups and mailboxes.</summary>
    public WorldShape Shape => memory.Shape;

    /// <summary>This rank, or -1 in a world that was opened by <see cref="Inspect"/>.</summary>
    public int Rank => memory.Rank;

    /// <summary>Number of ranks.</summary>
    public int Size => Shape.Ranks;

    /// <summary>Number of the world's life.</summary>
    public long Epoch => Shape.Epoch;

    /// <summary>Whether the world was given up.</summary>
    public bool IsAborted => memory.IsAborted;

    /// <summary>This rank's own memory, aligned to a page; zeros at first. The members of its groups read and write it in collectives.</summary>
    /// <exception cref="InvalidOperationException">The world was opened for reading only.</exception>
    public byte* Region
    {
        get
        {
            memory.RequireRank();
            return memory.Region(Rank);
        }
    }

    private int BarrierCounter => Shape.CounterCount;

    /// <summary>Makes the segment of a world and joins it.</summary>
    /// <param name="segment">Name of the segment, free until now.</param>
    /// <param name="shape">Ranks, epoch, sizes, groups and mailboxes.</param>
    /// <param name="rank">This rank; by custom rank 0 makes the segment.</param>
    /// <exception cref="ArgumentException">The shape is not possible.</exception>
    /// <exception cref="SharedMemoryException">The name is taken or the memory cannot be had.</exception>
    public static World Create(string segment, WorldShape shape, int rank)
    {
        WorldLayout layout = WorldLayout.Of(shape);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, shape.Ranks);
        SharedSegment mapped = SharedSegment.Create(segment, layout.TotalBytes, made =>
        {
            layout.WriteTo(made.Pointer);

            // Not disposed: that would unmap the segment.
            new WorldMemory(made, layout, rank).Enter();
        });
        return new World(new WorldMemory(mapped, layout, rank));
    }

    /// <summary>Joins a world that another rank makes, waiting until it exists. Its shape is found in the segment.</summary>
    /// <param name="segment">Name of the segment.</param>
    /// <param name="rank">This rank.</param>
    /// <param name="ranks">Number of ranks expected.</param>
    /// <param name="epoch">Epoch expected.</param>
    /// <param name="limit">How long to wait for the segment to exist.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SharedMemoryException">It did not come to exist in time, or is another world's, another epoch's, or the place is taken.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="CollectiveAbortedException">The world was given up before this rank joined.</exception>
    public static World Join(string segment, int rank, int ranks, long epoch, TimeSpan limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, ranks);
        SharedSegment mapped = Await(segment, limit, cancellationToken);
        return Open(mapped, rank, world =>
        {
            if (world.Size != ranks || world.Epoch != epoch)
            {
                throw new SharedMemoryException("A world has another shape", segment, $"{world.Size} ranks, epoch {world.Epoch}", $"{ranks} ranks, epoch {epoch}", "This rank belongs to another epoch or run: let the supervisor assign it anew.");
            }

            world.memory.CheckMayPublish();
            world.memory.Enter();
        });
    }

    /// <summary>Maps a world's segment for reading what its ranks left there. It has no rank (-1), can write nothing, and does not care whether the world was given up.</summary>
    /// <param name="segment">Name of the segment.</param>
    /// <param name="epoch">Epoch expected.</param>
    /// <exception cref="SharedMemoryException">There is none of that name, or it is not a world's or another epoch's.</exception>
    public static World Inspect(string segment, long epoch) => Open(SharedSegment.Open(segment, writable: false), -1, world =>
    {
        if (world.Epoch != epoch)
        {
            throw new SharedMemoryException("A world is of another epoch", segment, $"epoch {world.Epoch}", $"epoch {epoch}", "Ask the supervisor for the segment of that epoch.");
        }
    });

    /// <summary>Gives a world up from a process that is none of its ranks: the supervisor.</summary>
    /// <param name="segment">Name of the segment.</param>
    /// <param name="reason">Why.</param>
    /// <returns>False when there is no such segment.</returns>
    /// <exception cref="SharedMemoryException">The segment is not a world's.</exception>
    public static bool AbortFromOutside(string segment, AbortReason reason = AbortReason.Requested)
    {
        if (SharedSegment.TryOpen(segment) is not { } mapped)
        {
            return false;
        }

        using World world = Open(mapped, -1, static _ => { });
        world.memory.Abort(reason, null);
        return true;
    }

    /// <summary>A group that this rank is in; the same object each time.</summary>
    /// <param name="index">Its index in the shape.</param>
    /// <exception cref="ArgumentException">This rank is not in it.</exception>
    public Group Group(int index)
    {
        memory.RequireRank();
        return groups[index] ??= new Group(memory, signals, progress, index);
    }

    /// <summary>A mailbox that this rank sends to or receives from; the same object each time.</summary>
    /// <param name="index">Its index in the shape.</param>
    /// <exception cref="ArgumentException">This rank is neither of the two.</exception>
    public Mailbox Mailbox(int index)
    {
        memory.RequireRank();
        return mailboxes[index] ??= new Mailbox(memory, signals, progress, index);
    }

    /// <summary>
    /// Copies bytes of any rank's region, without that rank's doing: the one-sided read by which state is laid out anew, for a checkpoint or for other ranks. The caller knows that they
    /// are written and stay as they are meanwhile. May be called from any thread.
    /// </summary>
    /// <param name="rank">Whose region; may be this rank.</param>
    /// <param name="offset">First byte in it.</param>
    /// <param name="destination">Receives them.</param>
    /// <param name="bytes">How many, 0 or more.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up; what was copied is worth nothing.</exception>
    public void Read(int rank, long offset, void* destination, long bytes)
    {
        memory.CheckRank(rank);
        if (offset < 0 || bytes < 0 || offset > memory.Layout.RegionBytes(rank) - bytes)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{bytes} bytes from there on do not lie in the region of rank {rank}, which has {memory.Layout.RegionBytes(rank)}.");
        }

        Buffer.MemoryCopy(memory.Region(rank) + offset, destination, bytes, bytes);
        if (Rank >= 0)
        {
            memory.CheckMayPublish();
        }
    }

    /// <summary>Does this rank's part of every started collective for which all members have arrived. Waits do so by themselves; a long computation may call it now and then.</summary>
    /// <returns>Whether there was any.</returns>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public bool MakeProgress() => progress.Make();

    /// <summary>Raises one of this rank's counters and wakes who waits for it. All that this rank wrote before is then visible to whoever sees the new value.</summary>
    /// <param name="counter">Number of the counter, below <see cref="WorldShape.CounterCount"/>.</param>
    /// <param name="value">New value, not below the present one.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public void Advance(int counter, long value)
    {
        CheckCounter(counter);
        memory.RequireRank();
        long* word = CounterWord(Rank, counter);
        ArgumentOutOfRangeException.ThrowIfLessThan(value, *word);
        signals.Raise(word, value, everyone);
    }

    /// <summary>Present value of a counter.</summary>
    /// <param name="rank">Whose.</param>
    /// <param name="counter">Which.</param>
    public long CounterOf(int rank, int counter)
    {
        memory.CheckRank(rank);
        CheckCounter(counter);
        return Volatile.Read(ref *CounterWord(rank, counter));
    }

    /// <summary>The lowest of all ranks' values of a counter: what all have reached.</summary>
    /// <param name="counter">Number of the counter.</param>
    public long Lowest(int counter)
    {
        CheckCounter(counter);
        long lowest = long.MaxValue;
        for (int rank = 0; rank < Size; rank++)
        {
            lowest = Math.Min(lowest, Volatile.Read(ref *CounterWord(rank, counter)));
        }

        return lowest;
    }

    /// <summary>Waits until one rank's counter has reached a value.</summary>
    /// <param name="rank">Whose.</param>
    /// <param name="counter">Number of the counter.</param>
    /// <param name="value">Value.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up, or that rank died.</exception>
    public void WaitFor(int rank, int counter, long value)
    {
        memory.CheckRank(rank);
        CheckCounter(counter);
        signals.Wait(CounterWord(rank, counter), value, rank);
    }

    /// <summary>Waits until all ranks' counters have reached a value.</summary>
    /// <param name="counter">Number of the counter.</param>
    /// <param name="value">Value.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up, or a rank that is waited for died.</exception>
    public void WaitForAll(int counter, long value)
    {
        CheckCounter(counter);
        WaitForEveryone(counter, value);
    }

    /// <summary>Returns when all ranks of the world have called it; what each wrote before is then visible to all.</summary>
    /// <exception cref="CollectiveAbortedException">The world was given up, or a rank that is waited for died.</exception>
    public void Barrier()
    {
        memory.RequireRank();
        long* own = CounterWord(Rank, BarrierCounter);
        long passed = *own + 1;
        signals.Raise(own, passed, everyone);
        WaitForEveryone(BarrierCounter, passed);
    }

    /// <summary>Sends a text to one rank; returns when it has left, which for one longer than the channel is when the other has read most of it.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="peer">The rank that receives, not this one.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up, or the peer died.</exception>
    public void SendText(string text, int peer)
    {
        CheckPartner(peer);
        new TextChannel(memory, signals, Rank, peer).Send(text);
    }

    /// <summary>Receives the next text of one rank.</summary>
    /// <param name="peer">The rank that sends, not this one.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up, or the peer died.</exception>
    public string ReceiveText(int peer)
    {
        CheckPartner(peer);
        return new TextChannel(memory, signals, peer, Rank).Receive();
    }

    /// <summary>Throws if this rank may not publish any more: to be called before something is written outside the segment.</summary>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public void CheckMayPublish() => memory.CheckMayPublish();

    /// <summary>Gives the world up: every wait of every rank throws, now and later. The first reason stands. May be called from any thread.</summary>
    /// <param name="reason">Why.</param>
    public void Abort(AbortReason reason = AbortReason.Requested)
    {
        memory.RequireRank();
        memory.Abort(reason, reason is AbortReason.RankFailed ? Rank : null);
    }

    /// <summary>Leaves the world and unmaps its segment; the segment itself stays. Ranks that still wait for this one get <see cref="CollectiveAbortedException"/>.</summary>
    public void Dispose() => memory.Dispose();

    private static SharedSegment Await(string segment, TimeSpan limit, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        SharedSegment? mapped;
        while ((mapped = SharedSegment.TryOpen(segment)) is null)
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                throw new SharedMemoryException("The world was not made in time", segment, "nothing", $"{limit.TotalSeconds:0.###} s", "Look at rank 0's log: it makes the segment.");
            }

            cancellationToken.WaitHandle.WaitOne(pollInterval);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return mapped;
    }

    private static World Open(SharedSegment mapped, int rank, Action<World> enter)
    {
        try
        {
            World world = new(new WorldMemory(mapped, WorldLayout.ReadFrom(mapped), rank));
            enter(world);
            return world;
        }
        catch
        {
            mapped.Dispose();
            throw;
        }
    }

    private long* CounterWord(int rank, int counter) => memory.Word(memory.Layout.CounterAt(rank, counter));

    private void WaitForEveryone(int counter, long value)
    {
        for (int rank = 0; rank < Size; rank++)
        {
            signals.Wait(CounterWord(rank, counter), value, rank);
        }
    }

    private void CheckCounter(int counter)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(counter);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(counter, Shape.CounterCount);
    }

    private void CheckPartner(int peer)
    {
        memory.RequireRank();
        memory.CheckRank(peer);
        if (peer == Rank)
        {
            throw new ArgumentOutOfRangeException(nameof(peer), peer, "A rank does not send to itself.");
        }
    }
}
