using System.Diagnostics;

namespace Colossus.Collectives;

/// <summary>The ranks of one epoch on one machine, and the memory they share.</summary>
/// <remarks>
/// <para>A segment belongs to one epoch. A rank of an older epoch has only the older segment mapped, so nothing it writes can reach this one, whenever it wakes up.</para>
/// <para>
/// Ranks meet through counters that only grow: a rank advances its own, and others wait until it is there. Every wait looks at the abort flag, and now and then at
/// whether the process waited for still exists, so none waits for ever. Waiters turn for a moment, then sleep in the kernel: there may be more ranks than cores.
/// </para>
/// <para>Not for several threads of one rank, but for <see cref="Advance"/>, the waits and <see cref="Abort"/>.</para>
/// </remarks>
public sealed unsafe partial class SharedGroup : IDisposable
{
    /// <summary>Regions begin at multiples of so many bytes.</summary>
    public const long RegionAlignment = 4096;

    private const int SpinRounds = 200;
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LookForDead = TimeSpan.FromMilliseconds(200);

    private readonly SharedSegment segment;
    private readonly GroupHeader* header;
    private readonly long* counters;
    private readonly int countersOfRank;
    private long heapUsed;

    private SharedGroup(SharedSegment segment, int rank)
    {
        this.segment = segment;
        header = (GroupHeader*)segment.Pointer;
        Rank = rank;
        countersOfRank = CounterStride(header->CounterCount);
        counters = (long*)(segment.Pointer + RegionAlignment);
        heapUsed = HeapStart(header->Ranks, header->CounterCount);
    }

    /// <summary>This process's rank; -1 for one that only looks.</summary>
    public int Rank { get; }

    /// <summary>Number of ranks.</summary>
    public int Size => header->Ranks;

    /// <summary>The generation of the ranks.</summary>
    public long Epoch => header->Epoch;

    /// <summary>The segment's name.</summary>
    public string Name => segment.Name;

    /// <summary>Sixteen values for the group's users; written by one rank before it advances a counter, read by others after.</summary>
    public Span<long> Slots => new(header->Slots, GroupHeader.SlotCount);

    /// <summary>Makes the segment of an epoch and joins it.</summary>
    /// <param name="name">The segment's name.</param>
    /// <param name="shape">Its size.</param>
    /// <param name="rank">This process's rank.</param>
    /// <exception cref="SharedMemoryException">No room, or the name is taken.</exception>
    public static SharedGroup Create(string name, GroupShape shape, int rank)
    {
        if (shape.Ranks is < 1 or > GroupHeader.MaximumRanks)
        {
            throw new ArgumentOutOfRangeException(nameof(shape), shape.Ranks, $"a group has 1 to {GroupHeader.MaximumRanks} ranks");
        }

        var segment = SharedSegment.Create(name, HeapStart(shape.Ranks, shape.CounterCount) + shape.HeapBytes);
        var header = (GroupHeader*)segment.Pointer;
        header->Ranks = shape.Ranks;
        header->CounterCount = shape.CounterCount;
        header->Epoch = shape.Epoch;
        header->Processes[rank] = Environment.ProcessId;
        Volatile.Write(ref header->Magic, GroupHeader.MagicValue);
        return new SharedGroup(segment, rank);
    }

    /// <summary>Joins an epoch whose segment another rank makes.</summary>
    /// <param name="name">The segment's name.</param>
    /// <param name="epoch">The epoch expected in it.</param>
    /// <param name="rank">This process's rank.</param>
    /// <param name="limit">How long to wait for the segment.</param>
    /// <exception cref="SharedMemoryException">It did not appear, or is another epoch's.</exception>
    /// <exception cref="OperationCanceledException">The epoch was given up meanwhile.</exception>
    public static SharedGroup Join(string name, long epoch, int rank, TimeSpan limit, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryOpen(name, epoch, rank) is { } group)
            {
                group.header->Processes[rank] = Environment.ProcessId;
                return group;
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new SharedMemoryException($"shared memory {name} did not appear within {limit.TotalSeconds:0} s");
            }

            Thread.Sleep(1);
        }
    }

    /// <summary>Opens an earlier epoch's segment to read from it.</summary>
    /// <exception cref="SharedMemoryException">There is none.</exception>
    public static SharedGroup Inspect(string name, long epoch) =>
        TryOpen(name, epoch, -1) ?? throw new SharedMemoryException($"shared memory {name} of epoch {epoch} is gone");

    /// <summary>Room for regions of given sizes.</summary>
    /// <param name="regionBytes">One entry a call of <see cref="AllocateCommon"/>, and one a rank for each of <see cref="Allocate"/>.</param>
    public static long HeapBytesFor(IEnumerable<long> regionBytes) => regionBytes.Sum(RoundUp);

    /// <summary>Takes one region that all ranks share. All ranks make the same calls in the same order.</summary>
    /// <param name="bytes">Size.</param>
    /// <returns>First byte, page aligned; zero in a new segment.</returns>
    public byte* AllocateCommon(long bytes)
    {
        byte* region = segment.Pointer + heapUsed;
        heapUsed += RoundUp(bytes);
        return heapUsed <= segment.Bytes
            ? region
            : throw new InvalidOperationException($"the group's segment of {segment.Bytes} bytes is too small for its regions");
    }

    /// <summary>Takes a region for each rank. All ranks make the same calls in the same order.</summary>
    /// <param name="bytes">Size of one rank's region.</param>
    public SharedBuffer Allocate(long bytes) => new(AllocateCommon(RoundUp(bytes) * Size), RoundUp(bytes), bytes);

    /// <summary>Moves one of this rank's counters forward; all it wrote before is seen by those that wait for it.</summary>
    /// <param name="counter">Index of the counter.</param>
    /// <param name="value">Its new value, not below the old one.</param>
    /// <exception cref="CollectiveAbortedException">The epoch has ended: nothing is published any more.</exception>
    public void Advance(int counter, long value)
    {
        ThrowIfAborted();
        Volatile.Write(ref *CounterOf(Rank, counter), value);
        Publish();
    }

    /// <summary>Whether all ranks' counters have reached a value.</summary>
    public bool IsReached(int counter, long value)
    {
        for (int rank = 0; rank < Size; rank++)
        {
            if (Volatile.Read(ref *CounterOf(rank, counter)) < value)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The lowest of the ranks' values of a counter.</summary>
    public long Lowest(int counter)
    {
        long lowest = long.MaxValue;
        for (int rank = 0; rank < Size; rank++)
        {
            lowest = Math.Min(lowest, Volatile.Read(ref *CounterOf(rank, counter)));
        }

        return lowest;
    }

    /// <summary>Waits until all ranks' counters have reached a value.</summary>
    /// <exception cref="CollectiveAbortedException">The epoch has ended.</exception>
    public void WaitForAll(int counter, long value)
    {
        for (int rank = 0; rank < Size; rank++)
        {
            WaitFor(rank, counter, value);
        }
    }

    /// <summary>Waits until one rank's counter has reached a value.</summary>
    /// <exception cref="CollectiveAbortedException">The epoch has ended, or that rank's process has.</exception>
    public void WaitFor(int rank, int counter, long value) => WaitUntil(CounterOf(rank, counter), value, rank);

    /// <summary>Ends the epoch for all ranks: every wait of theirs throws.</summary>
    public void Abort()
    {
        Volatile.Write(ref header->Aborted, 1);
        Publish();
    }

    /// <summary>Throws once the epoch has ended.</summary>
    /// <exception cref="CollectiveAbortedException">It has.</exception>
    public void ThrowIfAborted()
    {
        if (Volatile.Read(ref header->Aborted) != 0)
        {
            throw new CollectiveAbortedException(Epoch, "a rank was lost or the run was stopped");
        }
    }

    /// <summary>Unmaps the segment; it stays for the next epoch until somebody removes it.</summary>
    public void Dispose() => segment.Dispose();

    private static SharedGroup? TryOpen(string name, long epoch, int rank)
    {
        if (SharedSegment.TryOpen(name) is not { } segment)
        {
            return null;
        }

        // The name appears before its maker has filled the header in: the magic number comes last.
        var header = (GroupHeader*)segment.Pointer;
        if (segment.Bytes < RegionAlignment || Volatile.Read(ref header->Magic) != GroupHeader.MagicValue)
        {
            segment.Dispose();
            return null;
        }

        return header->Epoch == epoch
            ? new SharedGroup(segment, rank)
            : throw new SharedMemoryException($"shared memory {name} is of epoch {header->Epoch}, not {epoch}");
    }

    private static int CounterStride(int counterCount) => (counterCount + 1 + 7) / 8 * 8;

    private static long HeapStart(int ranks, int counterCount) => RegionAlignment + RoundUp((long)ranks * CounterStride(counterCount) * sizeof(long));

    private static long RoundUp(long bytes) => (bytes + RegionAlignment - 1) / RegionAlignment * RegionAlignment;

    private long* CounterOf(int rank, int counter) => counters + ((long)rank * countersOfRank) + counter;

    private void Publish()
    {
        Interlocked.Increment(ref header->Changes);
        if (Volatile.Read(ref header->Sleepers) > 0)
        {
            Libc.FutexWake(&header->Changes);
        }
    }

    private void WaitUntil(long* word, long value, int rank)
    {
        for (int round = 0; round < SpinRounds; round++)
        {
            if (Volatile.Read(ref *word) >= value)
            {
                return;
            }

            Thread.SpinWait(20);
        }

        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            // Read before the test: a change between the test and the sleep makes the sleep return at once.
            int changes = Volatile.Read(ref header->Changes);
            if (Volatile.Read(ref *word) >= value)
            {
                return;
            }

            ThrowIfAborted();
            Interlocked.Increment(ref header->Sleepers);
            Libc.FutexWait(&header->Changes, changes, Nap);
            Interlocked.Decrement(ref header->Sleepers);
            if (Stopwatch.GetElapsedTime(started) > LookForDead)
            {
                ThrowIfGone(rank);
                started = Stopwatch.GetTimestamp();
            }
        }
    }

    private void ThrowIfGone(int rank)
    {
        int process = header->Processes[rank];
        if (process != 0 && !Directory.Exists($"/proc/{process}"))
        {
            Abort();
            throw new CollectiveAbortedException(Epoch, $"process {process} of rank {rank} is gone");
        }
    }
}
