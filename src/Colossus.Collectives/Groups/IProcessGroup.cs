namespace Colossus.Collectives;

/// <summary>
/// Ranks that compute together. All ranks call the same collectives in the same order with the same counts; each call returns when this rank's part is done and its result is there.
/// Every call throws <see cref="CollectiveAbortedException"/> when the group is given up, and none waits for ever for a rank that died.
/// Collectives belong to one thread; messages between two ranks in one direction may belong to another, and <see cref="Abort"/> to any.
/// </summary>
public unsafe interface IProcessGroup : IDisposable
{
    /// <summary>This rank, 0 to <see cref="Size"/> - 1.</summary>
    int Rank { get; }

    /// <summary>Number of ranks.</summary>
    int Size { get; }

    /// <summary>Number of the group's life.</summary>
    long Epoch { get; }

    /// <summary>Returns when all ranks have called it; what each wrote before is then visible to all.</summary>
    void Barrier();

    /// <summary>Replaces each element by the scaled sum over ranks, in order of rank.</summary>
    /// <param name="data"><paramref name="count"/> elements.</param>
    /// <param name="count">Number of elements, the same on all ranks.</param>
    /// <param name="type">Format of the elements.</param>
    /// <param name="scale">Factor applied once to each sum; default 1.</param>
    void AllReduce(void* data, long count, ElementType type, float scale = 1);

    /// <summary>Gives each rank its block of the scaled sum over ranks.</summary>
    /// <param name="source"><see cref="Size"/> blocks of <paramref name="countPerRank"/> elements.</param>
    /// <param name="destination">Receives block <see cref="Rank"/> of the sum; must not overlap <paramref name="source"/> except as that very block.</param>
    /// <param name="countPerRank">Elements of a block, the same on all ranks.</param>
    /// <param name="type">Format of the elements.</param>
    /// <param name="scale">Factor applied once to each sum; default 1.</param>
    void ReduceScatter(void* source, void* destination, long countPerRank, ElementType type, float scale = 1);

    /// <summary>Gives each rank the blocks of all ranks, in order of rank.</summary>
    /// <param name="source">This rank's block.</param>
    /// <param name="destination">Receives <see cref="Size"/> blocks; must not overlap <paramref name="source"/> except as block <see cref="Rank"/>.</param>
    /// <param name="bytesPerRank">Bytes of a block, the same on all ranks.</param>
    void AllGather(void* source, void* destination, long bytesPerRank);

    /// <summary>Gives each rank a copy of one rank's bytes.</summary>
    /// <param name="data">Read on <paramref name="root"/>, overwritten elsewhere.</param>
    /// <param name="bytes">Number of bytes, the same on all ranks.</param>
    /// <param name="root">The rank that gives.</param>
    void Broadcast(void* data, long bytes, int root);

    /// <summary>Sends bytes to one rank; returns when they have left <paramref name="data"/>, which may be before the other rank asks for them.</summary>
    /// <param name="data">What to send.</param>
    /// <param name="bytes">Number of bytes, any.</param>
    /// <param name="peer">The rank that receives, not this one.</param>
    void Send(void* data, long bytes, int peer);

    /// <summary>Receives the next message of one rank.</summary>
    /// <param name="data">Receives the bytes.</param>
    /// <param name="bytes">Number of bytes: exactly that of the message.</param>
    /// <param name="peer">The rank that sends, not this one.</param>
    void Receive(void* data, long bytes, int peer);

    /// <summary>Gives the group up: every wait of every rank throws, now and later. The first reason stands. May be called from any thread.</summary>
    /// <param name="reason">Why.</param>
    void Abort(AbortReason reason = AbortReason.Requested);
}
