namespace Colossus.Collectives;

/// <content>
/// Collectives on private memory. Data pass in pieces through the staging area, whose two halves alternate from piece to piece, across calls too. One barrier a piece is then enough to
/// protect it: who writes a half again has passed the barrier of the piece between, and so has everyone who read it.
/// </content>
public sealed unsafe partial class SharedGroup
{
    private long piecesStaged;

    private long PieceBytes => layout.StagingBytes / 2;

    /// <inheritdoc/>
    public void AllReduce(void* data, long count, ElementType type, float scale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int elementBytes = SumKernels.BytesOf(type);
        long pieceCount = PieceBytes / elementBytes;
        void** regions = stackalloc void*[Size];
        for (long done = 0; done < count; done += pieceCount)
        {
            long elements = Math.Min(pieceCount, count - done);
            byte* own = NextPiece();
            byte* part = (byte*)data + (done * elementBytes);
            Copy(part, own, elements * elementBytes);
            Barrier();
            Shard shard = Shard.Of(elements, Rank, Size, elementBytes);
            Regions(regions, shard.First * elementBytes);
            // Only this rank reads its shard of its own staging area: the sum may take that place.
            SumKernels.Sum(type, regions, Size, regions + Rank, 1, shard.Count, scale);
            Barrier();
            for (int rank = 0; rank < Size; rank++)
            {
                shard = Shard.Of(elements, rank, Size, elementBytes);
                long offset = shard.First * elementBytes;
                Copy(PieceOf(rank) + offset, part + offset, shard.Count * elementBytes);
            }
        }
    }

    /// <inheritdoc/>
    public void ReduceScatter(void* source, void* destination, long countPerRank, ElementType type, float scale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(countPerRank);
        int elementBytes = SumKernels.BytesOf(type);
        long pieceCount = Math.Max(1, PieceBytes / Size / Shard.LineBytes) * Shard.LineBytes / elementBytes;
        void** regions = stackalloc void*[Size];
        for (long done = 0; done < countPerRank; done += pieceCount)
        {
            long elements = Math.Min(pieceCount, countPerRank - done);
            byte* own = NextPiece();
            for (int rank = 0; rank < Size; rank++)
            {
                Copy((byte*)source + (((rank * countPerRank) + done) * elementBytes), own + (rank * pieceCount * elementBytes), elements * elementBytes);
            }

            Barrier();
            Regions(regions, Rank * pieceCount * elementBytes);
            void* target = (byte*)destination + (done * elementBytes);
            SumKernels.Sum(type, regions, Size, &target, 1, elements, scale);
        }
    }

    /// <inheritdoc/>
    public void AllGather(void* source, void* destination, long bytesPerRank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerRank);
        for (long done = 0; done < bytesPerRank; done += PieceBytes)
        {
            long bytes = Math.Min(PieceBytes, bytesPerRank - done);
            Copy((byte*)source + done, NextPiece(), bytes);
            Barrier();
            for (int rank = 0; rank < Size; rank++)
            {
                Copy(PieceOf(rank), (byte*)destination + (rank * bytesPerRank) + done, bytes);
            }
        }
    }

    /// <inheritdoc/>
    public void Broadcast(void* data, long bytes, int root)
    {
        CheckPeer(root);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        for (long done = 0; done < bytes; done += PieceBytes)
        {
            long part = Math.Min(PieceBytes, bytes - done);
            byte* own = NextPiece();
            if (Rank == root)
            {
                Copy((byte*)data + done, own, part);
            }

            Barrier();
            if (Rank != root)
            {
                Copy(PieceOf(root), (byte*)data + done, part);
            }
        }
    }

    private static void Copy(void* from, void* to, long bytes)
    {
        if (from != to)
        {
            Buffer.MemoryCopy(from, to, bytes, bytes);
        }
    }

    /// <summary>Turns to the other half of the staging area.</summary>
    private byte* NextPiece()
    {
        RequireRank();
        CheckMayPublish();
        piecesStaged++;
        return PieceOf(Rank);
    }

    private byte* PieceOf(int rank) => Memory + layout.StagingAt + (rank * layout.StagingBytes) + (piecesStaged % 2 * PieceBytes);

    private void Regions(void** regions, long offset)
    {
        for (int rank = 0; rank < Size; rank++)
        {
            regions[rank] = PieceOf(rank) + offset;
        }
    }
}
