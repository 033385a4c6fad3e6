using System.Diagnostics;
using Colossus.Processes;

namespace Colossus.Collectives;

/// <summary>
/// A process group over one <see cref="SharedSegment"/>: counters, barrier, collectives and messages between the processes of one machine, and a heap at the same
/// offsets in each. The segment outlives the processes; a later epoch reads from it what an earlier one left (<see cref="Inspect"/>).
/// Collectives belong to one thread. Messages between two ranks in one direction may be another's, and counters, slots and <see cref="Abort"/> any thread's. Ranks may be threads of one process, each with a group of its own.
/// </summary>
/// <remarks>
/// The fence: each epoch has a segment of its own, and whatever publishes (counter, slot, barrier, message) first looks at the segment's abort word and epoch. A rank that was
/// frozen and wakes up after its epoch was given up can at most finish the store or the kernel it was in, in the old segment, and then gets <see cref="CollectiveAbortedException"/>.
/// </remarks>
public sealed unsafe partial class SharedGroup : IProcessGroup
{
    private static readonly TimeSpan pollInterval = TimeSpan.FromMilliseconds(1);

    private readonly SharedSegment segment;
    private readonly GroupLayout layout;
    private readonly Lock lifetime = new();
    private byte* memory;
    private long heapUsed;

    private SharedGroup(SharedSegment segment, GroupLayout layout, int rank)
    {
        this.segment = segment;
        this.layout = layout;
        Rank = rank;
        memory = segment.Pointer;
        Slots = new SharedSlots(this);
        barriersPassed = rank < 0 ? 0 : *CounterWord(rank, layout.BarrierCounter);
    }

    /// <summary>Name of the segment.</summary>
    public string Name => segment.Name;

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size => layout.Ranks;

    /// <inheritdoc/>
    public long Epoch => layout.Epoch;

    /// <summary>Values shared by all ranks.</summary>
    public SharedSlots Slots { get; }

    /// <summary>Bytes of the heap not yet allocated.</summary>
    public long HeapBytesLeft => layout.HeapBytes - heapUsed;

    internal byte* Memory
    {
        get
        {
            byte* mapped = memory;
            ObjectDisposedException.ThrowIf(mapped == null, this);
            return mapped;
        }
    }

    /// <summary>Makes the segment of a group and joins it.</summary>
    /// <param name="name">Name of the segment, free until now; see <see cref="MemoryLease.Segment"/>.</param>
    /// <param name="shape">Ranks, epoch and sizes.</param>
    /// <param name="rank">This rank; by custom rank 0 makes the segment.</param>
    /// <exception cref="SharedMemoryException">The name is taken or the memory cannot be had.</exception>
    public static SharedGroup Create(string name, GroupShape shape, int rank = 0)
    {
        shape.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, shape.Ranks);
        GroupLayout layout = GroupLayout.Of(shape);
        SharedSegment segment = SharedSegment.Create(name, layout.TotalBytes, made =>
        {
            layout.WriteTo(made.Pointer);
            Enter(made, rank);
        });
        return new SharedGroup(segment, layout, rank);
    }

    /// <summary>Joins a group that another rank makes, waiting until it exists.</summary>
    /// <param name="name">Name of the segment.</param>
    /// <param name="rank">This rank.</param>
    /// <param name="ranks">Number of ranks expected.</param>
    /// <param name="epoch">Epoch expected.</param>
    /// <param name="timeout">How long to wait for the segment to exist.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SharedMemoryException">It did not come to exist in time, or is another group's, another epoch's, or the place is taken.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="CollectiveAbortedException">The group was given up before this rank joined.</exception>
    public static SharedGroup Join(string name, int rank, int ranks, long epoch, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long start = Stopwatch.GetTimestamp();
        SharedSegment? segment;
        while ((segment = SharedSegment.TryOpen(name)) is null)
        {
            if (Stopwatch.GetElapsedTime(start) > timeout)
            {
                throw new SharedMemoryException("The process group was not made in time", name, "nothing", $"{timeout.TotalSeconds:0.###} s", "Look at rank 0's log: it makes the segment.");
            }

            cancellationToken.WaitHandle.WaitOne(pollInterval);
            cancellationToken.ThrowIfCancellationRequested();
        }

        try
        {
            GroupLayout layout = GroupLayout.ReadFrom(segment);
            if (layout.Ranks != ranks || layout.Epoch != epoch)
            {
                throw new SharedMemoryException("A process group has another shape", name, $"{layout.Ranks} ranks, epoch {layout.Epoch}", $"{ranks} ranks, epoch {epoch}", "This rank belongs to another epoch or run: let the supervisor assign it anew.");
            }

            ArgumentOutOfRangeException.ThrowIfNegative(rank);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, ranks);
            SharedGroup group = new(segment, layout, rank);
            group.CheckMayPublish();
            Enter(segment, rank);
            return group;
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Maps a group's segment for reading what its ranks left there: allocate as they did and read. It has no rank (-1), can write nothing, and does not care whether the group was given up.
    /// </summary>
    /// <param name="name">Name of the segment.</param>
    /// <param name="epoch">Epoch expected.</param>
    /// <exception cref="SharedMemoryException">There is none of that name, or it is not a group's or another epoch's.</exception>
    public static SharedGroup Inspect(string name, long epoch)
    {
        SharedSegment segment = SharedSegment.Open(name, writable: false);
        try
        {
            GroupLayout layout = GroupLayout.ReadFrom(segment);
            return layout.Epoch == epoch
                ? new SharedGroup(segment, layout, -1)
                : throw new SharedMemoryException("A process group is of another epoch", name, $"epoch {layout.Epoch}", $"epoch {epoch}", "Ask the supervisor for the segment of that epoch.");
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    /// <summary>Gives a group up from a process that is none of its ranks: the supervisor.</summary>
    /// <param name="name">Name of the segment.</param>
    /// <param name="reason">Why.</param>
    /// <returns>False when there is no such segment.</returns>
    /// <exception cref="SharedMemoryException">The segment is not a group's.</exception>
    public static bool AbortFromOutside(string name, AbortReason reason = AbortReason.Requested)
    {
        using SharedSegment? segment = SharedSegment.TryOpen(name);
        if (segment is null)
        {
            return false;
        }

        MarkAborted(segment.Pointer, GroupLayout.ReadFrom(segment), reason, null);
        return true;
    }

    /// <summary>Bytes of the heap that regions take.</summary>
    /// <param name="regionBytes">One entry for each call of <see cref="AllocateCommon"/>, and one a rank for each of <see cref="Allocate"/>.</param>
    public static long HeapBytesFor(IEnumerable<long> regionBytes) => regionBytes.Sum(GroupShape.BytesOfCommon);

    /// <summary>Takes a region for each rank from the heap. All ranks, and readers later, must allocate the same in the same order: nothing else says where a region lies.</summary>
    /// <param name="bytes">Bytes of one rank's region, above 0.</param>
    /// <param name="name">For error messages.</param>
    /// <exception cref="SharedMemoryException">The heap is too small.</exception>
    public SharedBuffer Allocate(long bytes, string name = "a region")
    {
        byte* first = Take(bytes, GroupShape.BytesOfBuffer(bytes, Size), name);
        return new SharedBuffer(name, bytes, first, GroupShape.BytesOfCommon(bytes), Size);
    }

    /// <summary>Takes one region for all ranks from the heap; the same rule as for <see cref="Allocate"/>.</summary>
    /// <param name="bytes">Bytes, above 0.</param>
    /// <param name="name">For error messages.</param>
    /// <returns>Its start, aligned to a page; zeros at first.</returns>
    /// <exception cref="SharedMemoryException">The heap is too small.</exception>
    public byte* AllocateCommon(long bytes, string name = "a common region") => Take(bytes, GroupShape.BytesOfCommon(bytes), name);

    /// <summary>Leaves the group and unmaps its segment; the segment itself stays. Ranks that still wait for this one get <see cref="CollectiveAbortedException"/>.</summary>
    public void Dispose()
    {
        lock (lifetime)
        {
            if (memory == null)
            {
                return;
            }

            if (Rank >= 0)
            {
                Volatile.Write(ref *(int*)(RankEntry(Rank) + GroupLayout.RankStateAt), (int)RankState.Left);
            }

            memory = null;
            segment.Dispose();
        }
    }

    /// <summary>Writes this process into the rank table.</summary>
    private static void Enter(SharedSegment segment, int rank)
    {
        byte* entry = segment.Pointer + GroupLayout.RankTableAt + ((long)rank * GroupLayout.LineBytes);
        ref int state = ref *(int*)(entry + GroupLayout.RankStateAt);
        if (Interlocked.CompareExchange(ref state, (int)RankState.Joining, (int)RankState.Absent) != (int)RankState.Absent)
        {
            int holder = *(int*)(entry + GroupLayout.RankPidAt);
            throw new SharedMemoryException($"Rank {rank} of a process group is taken", segment.Name, $"process {holder}", "one process a rank in an epoch", "A rank that was lost can only come back in a new epoch.");
        }

        *(int*)(entry + GroupLayout.RankPidAt) = ProcessIdentity.Current.Pid;
        *(long*)(entry + GroupLayout.RankStartAt) = ProcessIdentity.Current.StartTicks;
        Volatile.Write(ref state, (int)RankState.Joined);
    }

    private byte* Take(long bytes, long heapBytes, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        if (heapBytes > HeapBytesLeft)
        {
            throw new SharedMemoryException($"The heap of the process group has no room for {name}", Name, $"{heapBytes} bytes", $"{HeapBytesLeft} of {layout.HeapBytes} bytes left", "Make the group with a larger HeapBytes.");
        }

        byte* start = Memory + layout.HeapAt + heapUsed;
        heapUsed += heapBytes;
        return start;
    }

    private byte* RankEntry(int rank) => Memory + GroupLayout.RankTableAt + ((long)rank * GroupLayout.LineBytes);

    private enum RankState
    {
        Absent = 0,
        Joining = 1,
        Joined = 2,
        Left = 3,
    }
}
