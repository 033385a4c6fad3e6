namespace Colossus.Collectives;

/// <content>Collectives in place, on memory that all ranks see.</content>
public sealed unsafe partial class SharedGroup
{
    /// <summary>
    /// Replaces a range of elements in every rank's region by the scaled sum over ranks. Each rank sums its <see cref="Shard"/> of the range, reading all regions, and writes it to all regions.
    /// </summary>
    /// <param name="buffer">Regions of this group.</param>
    /// <param name="type">Format of the elements.</param>
    /// <param name="first">Index of the first element; a multiple of 64 bytes is fastest.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="scale">Factor applied once to each sum; default 1.</param>
    /// <exception cref="CollectiveAbortedException">The group was given up.</exception>
    public void AllReduce(SharedBuffer buffer, ElementType type, long first, long count, float scale = 1)
    {
        CheckRange(buffer, type, first, count);
        Barrier();
        SumOwnShard(buffer, type, first, count, scale, toAll: true);
        Barrier();
    }

    /// <summary>Puts the scaled sum over ranks of each rank's <see cref="Shard"/> of a range into that rank's own region; the rest of the regions stays as it is.</summary>
    /// <param name="buffer">Regions of this group.</param>
    /// <param name="type">Format of the elements.</param>
    /// <param name="first">Index of the first element.</param>
    /// <param name="count">Number of elements of the whole range.</param>
    /// <param name="scale">Factor applied once to each sum; default 1.</param>
    /// <returns>This rank's part, with indices into the region.</returns>
    /// <exception cref="CollectiveAbortedException">The group was given up.</exception>
    public Shard ReduceScatter(SharedBuffer buffer, ElementType type, long first, long count, float scale = 1)
    {
        CheckRange(buffer, type, first, count);
        Barrier();
        Shard own = SumOwnShard(buffer, type, first, count, scale, toAll: false);
        Barrier();
        return own;
    }

    /// <summary>Copies each rank's <see cref="Shard"/> of a range from its region into all regions: what follows a <see cref="ReduceScatter(SharedBuffer, ElementType, long, long, float)"/>.</summary>
    /// <param name="buffer">Regions of this group.</param>
    /// <param name="type">Format of the elements.</param>
    /// <param name="first">Index of the first element.</param>
    /// <param name="count">Number of elements of the whole range.</param>
    /// <exception cref="CollectiveAbortedException">The group was given up.</exception>
    public void AllGather(SharedBuffer buffer, ElementType type, long first, long count)
    {
        CheckRange(buffer, type, first, count);
        int elementBytes = SumKernels.BytesOf(type);
        Barrier();
        for (int step = 1; step < Size; step++)
        {
            // Each rank begins with its neighbour's part, so that not all read the same memory at the same time.
            int owner = (Rank + step) % Size;
            Shard shard = Shard.Of(count, owner, Size, elementBytes);
            long offset = (first + shard.First) * elementBytes;
            long bytes = shard.Count * elementBytes;
            Buffer.MemoryCopy(buffer.Of(owner) + offset, buffer.Of(Rank) + offset, bytes, bytes);
        }

        Barrier();
    }

    /// <summary>Copies one rank's bytes into all regions.</summary>
    /// <param name="buffer">Regions of this group.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="bytes">Number of bytes.</param>
    /// <param name="root">The rank that gives.</param>
    /// <exception cref="CollectiveAbortedException">The group was given up.</exception>
    public void Broadcast(SharedBuffer buffer, long offset, long bytes, int root)
    {
        CheckPeer(root);
        CheckBytes(buffer, offset, bytes);
        Barrier();
        if (Rank != root)
        {
            Buffer.MemoryCopy(buffer.Of(root) + offset, buffer.Of(Rank) + offset, bytes, bytes);
        }

        Barrier();
    }

    /// <summary>
    /// The sum of <see cref="AllReduce(SharedBuffer, ElementType, long, long, float)"/> without its two barriers: for callers that know from counters that all regions are ready,
    /// and say by counters when theirs is done.
    /// </summary>
    /// <param name="buffer">Regions of this group.</param>
    /// <param name="type">Format of the elements.</param>
    /// <param name="first">Index of the first element.</param>
    /// <param name="count">Number of elements of the whole range.</param>
    /// <param name="scale">Factor applied once to each sum.</param>
    /// <param name="toAll">True writes the sum to all regions, false to this rank's only.</param>
    /// <returns>This rank's part, with indices into the region.</returns>
    public Shard SumOwnShard(SharedBuffer buffer, ElementType type, long first, long count, float scale, bool toAll)
    {
        CheckRange(buffer, type, first, count);
        CheckMayPublish();
        int elementBytes = SumKernels.BytesOf(type);
        Shard own = Shard.Of(count, Rank, Size, elementBytes);
        void** regions = stackalloc void*[Size];
        for (int rank = 0; rank < Size; rank++)
        {
            regions[rank] = buffer.Of(rank) + ((first + own.First) * elementBytes);
        }

        if (toAll)
        {
            SumKernels.Sum(type, regions, Size, regions, Size, own.Count, scale);
        }
        else
        {
            SumKernels.Sum(type, regions, Size, regions + Rank, 1, own.Count, scale);
        }

        return new Shard(first + own.First, own.Count);
    }

    private void CheckRange(SharedBuffer buffer, ElementType type, long first, long count)
    {
        RequireRank();
        int elementBytes = SumKernels.BytesOf(type);
        CheckBytes(buffer, first * elementBytes, count * elementBytes);
    }

    private static void CheckBytes(SharedBuffer buffer, long offset, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (offset > buffer.Bytes - bytes)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"The range from byte {offset} on ends behind '{buffer.Name}', which has {buffer.Bytes} bytes.");
        }
    }
}
