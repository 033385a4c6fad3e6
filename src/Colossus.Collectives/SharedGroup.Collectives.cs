namespace Colossus.Collectives;

/// <content>Collectives on regions of the group (in place) and on private memory (through a staging region).</content>
public sealed unsafe partial class SharedGroup
{
    private const long StagingBytes = 1 << 20;

    private SharedBuffer? staging;
    private long barriers;

    /// <summary>Room that collectives on private memory and messages need in the heap.</summary>
    public static long StagingBytesFor(int ranks) => (ranks * StagingBytes) + RoundUp((long)ranks * ranks * MailboxStride);

    /// <summary>Takes the room for collectives on private memory and for messages. All ranks call it at the same place among their allocations.</summary>
    public void AllocateStaging()
    {
        staging = Allocate(StagingBytes);
        mailboxes = AllocateCommon((long)Size * Size * MailboxStride);
    }

    /// <summary>Waits until all ranks are here.</summary>
    /// <exception cref="CollectiveAbortedException">The epoch has ended.</exception>
    public void Barrier()
    {
        barriers++;
        Advance(header->CounterCount, barriers);
        WaitForAll(header->CounterCount, barriers);
    }

    /// <summary>Every rank's region becomes the sum of all, in the order of ranks; each rank sums its slice for all.</summary>
    /// <param name="buffer">One region a rank.</param>
    /// <param name="count">Elements.</param>
    /// <param name="type">Their type.</param>
    /// <param name="scale">Factor on the sum; 1 / ranks for the mean.</param>
    public void AllReduce(SharedBuffer buffer, long count, ElementType type, float scale = 1)
    {
        Barrier();
        var (start, length) = SliceOf(Rank, count);
        SumSlice(buffer, start, length, type, scale, allTargets: true);
        Barrier();
    }

    /// <summary>This rank's slice of its region becomes the sum of all ranks' slices; the rest is left as it was.</summary>
    /// <returns>The slice's first element and length: <see cref="SliceOf"/> of this rank.</returns>
    public (long Start, long Count) ReduceScatter(SharedBuffer buffer, long count, ElementType type, float scale = 1)
    {
        Barrier();
        var slice = SliceOf(Rank, count);
        SumSlice(buffer, slice.Start, slice.Count, type, scale, allTargets: false);
        Barrier();
        return slice;
    }

    /// <summary>Every rank's region receives each rank's slice.</summary>
    public void AllGather(SharedBuffer buffer, long count, ElementType type)
    {
        Barrier();
        for (int rank = 0; rank < Size; rank++)
        {
            var (start, length) = SliceOf(rank, count);
            CopyFrom(rank, buffer, start * BytesOf(type), length * BytesOf(type));
        }

        Barrier();
    }

    /// <summary>Every rank's region becomes the root's.</summary>
    /// <param name="bytes">How much of it.</param>
    public void Broadcast(SharedBuffer buffer, long bytes, int root)
    {
        Barrier();
        CopyFrom(root, buffer, 0, bytes);
        Barrier();
    }

    /// <summary>Sums private memory over all ranks, in the order of ranks.</summary>
    /// <param name="data">This rank's values; overwritten by the sums.</param>
    /// <param name="count">Elements, the same on all ranks.</param>
    public void AllReduce(void* data, long count, ElementType type, float scale = 1)
    {
        long chunk = StagingBytes / BytesOf(type);
        for (long first = 0; first < count; first += chunk)
        {
            long elements = Math.Min(chunk, count - first);
            byte* here = (byte*)data + (first * BytesOf(type));
            Buffer.MemoryCopy(here, Staging.Of(Rank), StagingBytes, elements * BytesOf(type));
            AllReduce(Staging, elements, type, scale);
            Buffer.MemoryCopy(Staging.Of(Rank), here, elements * BytesOf(type), elements * BytesOf(type));
            Barrier();
        }
    }

    /// <summary>The slice of a vector that a rank sums: cache lines are never shared.</summary>
    /// <param name="rank">The rank.</param>
    /// <param name="count">Elements of the vector.</param>
    public (long Start, long Count) SliceOf(int rank, long count)
    {
        const long Line = 64;
        long Bound(int index) => index == Size ? count : count / Line * index / Size * Line;
        return (Bound(rank), Bound(rank + 1) - Bound(rank));
    }

    private SharedBuffer Staging => staging ?? throw new InvalidOperationException("AllocateStaging comes before collectives on private memory");

    private static int BytesOf(ElementType type) => type == ElementType.Float32 ? 4 : 2;

    private void SumSlice(SharedBuffer buffer, long start, long count, ElementType type, float scale, bool allTargets)
    {
        byte** sources = stackalloc byte*[Size];
        for (int rank = 0; rank < Size; rank++)
        {
            sources[rank] = buffer.Of(rank) + (start * BytesOf(type));
        }

        byte** own = sources + Rank;
        Summation.Run(sources, Size, allTargets ? sources : own, allTargets ? Size : 1, count, type, scale);
    }

    private void CopyFrom(int rank, SharedBuffer buffer, long offset, long bytes)
    {
        if (rank != Rank)
        {
            Buffer.MemoryCopy(buffer.Of(rank) + offset, buffer.Of(Rank) + offset, bytes, bytes);
        }
    }
}
