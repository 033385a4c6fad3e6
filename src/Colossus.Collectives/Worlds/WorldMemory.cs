using Colossus.Processes;

namespace Colossus.Collectives;

/// <summary>A mapped world as one rank sees it: where things lie, who is there, and whether it was given up.</summary>
internal sealed unsafe class WorldMemory : IDisposable
{
    private readonly SharedSegment segment;
    private readonly Lock lifetime = new();
    private byte* start;

    /// <param name="segment">The segment; disposed with this object.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="rank">This rank, or -1 for a reader.</param>
    public WorldMemory(SharedSegment segment, WorldLayout layout, int rank)
    {
        this.segment = segment;
        Layout = layout;
        Rank = rank;
        start = segment.Pointer;
    }

    public string Name => segment.Name;

    public WorldLayout Layout { get; }

    public WorldShape Shape => Layout.Shape;

    public int Rank { get; }

    public bool IsAborted => Volatile.Read(ref *(long*)(Start + WorldLayout.AbortAt)) != 0;

    private byte* Start
    {
        get
        {
            byte* mapped = start;
            ObjectDisposedException.ThrowIf(mapped == null, typeof(World));
            return mapped;
        }
    }

    public byte* At(long offset) => Start + offset;

    public long* Word(long offset) => (long*)(Start + offset);

    public byte* Region(int rank) => Start + Layout.RegionAt(rank);

    public void RequireRank()
    {
        if (Rank < 0)
        {
            throw new InvalidOperationException($"The segment {Name} was opened for reading only.");
        }
    }

    public void CheckRank(int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, Shape.Ranks);
    }

    /// <summary>The fence: whatever publishes calls this first.</summary>
    /// <exception cref="CollectiveAbortedException">The world was given up, or the segment is another epoch's by now.</exception>
    public void CheckMayPublish()
    {
        byte* header = Start;
        long abort = Volatile.Read(ref *(long*)(header + WorldLayout.AbortAt));
        if (abort != 0)
        {
            throw new CollectiveAbortedException(Shape.Epoch, (AbortReason)(int)abort, abort >> 32 == 0 ? null : (int)(abort >> 32) - 1);
        }

        if (*(long*)(header + WorldLayout.EpochAt) != Shape.Epoch)
        {
            throw new CollectiveAbortedException(Shape.Epoch, AbortReason.Requested, null);
        }
    }

    /// <summary>Gives the world up. The first reason stands; after <see cref="Dispose"/> nothing happens.</summary>
    public void Abort(AbortReason reason, int? rank)
    {
        lock (lifetime)
        {
            if (start == null)
            {
                return;
            }

            if (reason == AbortReason.None)
            {
                throw new ArgumentOutOfRangeException(nameof(reason), reason, "An abort needs a reason.");
            }

            // The reason in the low half, the rank + 1 that caused it in the high half.
            long word = (uint)reason | ((long)(rank + 1 ?? 0) << 32);
            _ = Interlocked.CompareExchange(ref *(long*)(start + WorldLayout.AbortAt), word, 0);

            // Sleepers would look within 20 ms by themselves; this makes it microseconds.
            for (int other = 0; other < Shape.Ranks; other++)
            {
                Ring(other);
            }
        }
    }

    /// <summary>Writes this process into the rank table.</summary>
    /// <exception cref="SharedMemoryException">The place is taken.</exception>
    public void Enter()
    {
        byte* entry = At(Layout.RankAt(Rank));
        ref int state = ref *(int*)(entry + WorldLayout.RankStateAt);
        if (Interlocked.CompareExchange(ref state, (int)RankState.Joining, (int)RankState.Absent) != (int)RankState.Absent)
        {
            int holder = *(int*)(entry + WorldLayout.RankPidAt);
            throw new SharedMemoryException($"Rank {Rank} of a world is taken", Name, $"process {holder}", "one process a rank in an epoch", "A rank that was lost can only come back in a new epoch.");
        }

        *(int*)(entry + WorldLayout.RankPidAt) = ProcessIdentity.Current.Pid;
        *(long*)(entry + WorldLayout.RankStartAt) = ProcessIdentity.Current.StartTicks;
        Volatile.Write(ref state, (int)RankState.Joined);
    }

    /// <summary>Why nothing more is to be expected of a rank: its process died or it left; null while it is there or has yet to come.</summary>
    public AbortReason? LossOf(int rank)
    {
        byte* entry = At(Layout.RankAt(rank));
        return (RankState)Volatile.Read(ref *(int*)(entry + WorldLayout.RankStateAt)) switch
        {
            RankState.Joined when ProcessAt(entry).Standing() == ProcessStanding.Ended => AbortReason.PeerDied,
            RankState.Left => AbortReason.PeerLeft,
            _ => null,
        };
    }

    /// <summary>Wakes the threads of a rank that sleep, if there are any.</summary>
    public void Ring(int rank)
    {
        byte* entry = At(Layout.RankAt(rank));
        if (Volatile.Read(ref *(int*)(entry + WorldLayout.SleepersAt)) != 0)
        {
            _ = Interlocked.Increment(ref *(int*)(entry + WorldLayout.BellAt));
            Libc.Wake((int*)(entry + WorldLayout.BellAt));
        }
    }

    /// <summary>Leaves, if this is a rank, and unmaps. Ranks that still wait for this one find it gone.</summary>
    public void Dispose()
    {
        lock (lifetime)
        {
            if (start == null)
            {
                return;
            }

            if (Rank >= 0)
            {
                Volatile.Write(ref *(int*)(start + Layout.RankAt(Rank) + WorldLayout.RankStateAt), (int)RankState.Left);
            }

            start = null;
            segment.Dispose();
        }
    }

    // All ranks have one supervisor as their parent, so machine, boot and PID namespace are this process's own.
    private static ProcessIdentity ProcessAt(byte* entry) => ProcessIdentity.Current with
    {
        Pid = *(int*)(entry + WorldLayout.RankPidAt),
        StartTicks = *(long*)(entry + WorldLayout.RankStartAt),
    };

    private enum RankState
    {
        Absent = 0,
        Joining = 1,
        Joined = 2,
        Left = 3,
    }
}
