namespace Colossus.Collectives;

/// <summary>
/// Some ranks of a world. All members start the same collectives in the same order; each start returns at once, and a member's part of the work is done once all have arrived: while
/// it waits for anything, when it asks a <see cref="Pending"/>, or in <see cref="World.MakeProgress"/>. A rank may be in many groups and have any number of collectives pending in each.
/// </summary>
/// <remarks>
/// Collectives work on the members' regions at the same offset, so members lay out what they share alike. Each member has two words: how many collectives it has started and how
/// many it has finished. They finish in the order in which they were started.
/// </remarks>
public sealed unsafe class Group
{
    /// <summary>Most bytes of one member in an exchange.</summary>
    public const int MostExchangeBytes = WorldLayout.ExchangeBytes;

    private const int StartedAt = 0, FinishedAt = sizeof(long);

    private readonly WorldMemory memory;
    private readonly Signals signals;
    private readonly Progress progress;
    private readonly int index;
    private readonly int[] members;
    private readonly Queue<Operation> operations = [];
    private long started;
    private long finished;
    private long exchanges;

    internal Group(WorldMemory memory, Signals signals, Progress progress, int index)
    {
        this.memory = memory;
        this.signals = signals;
        this.progress = progress;
        this.index = index;
        members = [.. memory.Shape.Groups[index].Ranks];
        Rank = Array.IndexOf(members, memory.Rank);
        if (Rank < 0)
        {
            throw new ArgumentException($"Rank {memory.Rank} is not in group {index}, which has the ranks {string.Join(", ", members)}.", nameof(index));
        }
    }

    /// <summary>This rank's place in the group, 0 to <see cref="Size"/> - 1.</summary>
    public int Rank { get; }

    /// <summary>Number of members.</summary>
    public int Size => members.Length;

    /// <summary>The members' ranks in the world, in order of their places.</summary>
    public IReadOnlyList<int> Members => members;

    /// <summary>What reduce-scatters have moved; counted when they are started.</summary>
    public Traffic ReduceScatterTraffic { get; private set; }

    /// <summary>What all-gathers have moved; counted when they are started.</summary>
    public Traffic AllGatherTraffic { get; private set; }

    /// <summary>What all-to-alls have moved; counted when they are started.</summary>
    public Traffic AllToAllTraffic { get; private set; }

    /// <summary>What exchanges have moved.</summary>
    public Traffic ExchangeTraffic { get; private set; }

    /// <summary>Bytes that others have read from this rank, of all kinds.</summary>
    public long BytesSent => (ReduceScatterTraffic + AllGatherTraffic + AllToAllTraffic + ExchangeTraffic).BytesSent;

    /// <summary>Bytes that this rank has read from others, of all kinds.</summary>
    public long BytesReceived => (ReduceScatterTraffic + AllGatherTraffic + AllToAllTraffic + ExchangeTraffic).BytesReceived;

    /// <summary>Whether all have started the oldest collective that this rank has not finished.</summary>
    internal bool CanGoOn => !IsIdle && AllHave(StartedAt, finished + 1);

    internal bool IsIdle => operations.Count == 0;

    /// <summary>
    /// Gives each member its part of the sum over members, in 32 bits and not rounded. The order of the sum is a binary tree over the members' places that depends on <see cref="Size"/> alone;
    /// see <see cref="SumKernels"/>.
    /// </summary>
    /// <param name="offset">Where the buffer begins in every member's region, bytes; a multiple of the element's size.</param>
    /// <param name="type">Format of the buffer's elements.</param>
    /// <param name="parts">Elements of the buffer that each member gets, in order of members; uneven or empty ones are possible. The same on all members, and not changed until the result is there.</param>
    /// <param name="destination">Receives this rank's part. May be that part of its own buffer where the type is <see cref="ElementType.Float32"/> and parts do not overlap.</param>
    /// <param name="add">Whether the sum is added to what is there.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public Pending ReduceScatter(long offset, ElementType type, IReadOnlyList<ElementRange> parts, float* destination, bool add = false) =>
        ReduceScatter(offset, SumKernels.BytesOf(type), parts, (nint)destination, null, add);

    /// <summary>The same in fixed point: a sum that depends on neither the order of the members nor on their number. Floats are rounded to its unit one by one; integers are numbers in it.</summary>
    /// <param name="offset">As above.</param>
    /// <param name="type">Format of the buffer's elements.</param>
    /// <param name="parts">As above.</param>
    /// <param name="destination">Receives this rank's part. May be that part of its own buffer where the type is <see cref="ElementType.Int64"/> and parts do not overlap.</param>
    /// <param name="format">The unit, not changed until the result is there; takes note of the numbers that were rounded.</param>
    /// <param name="add">Whether the sum is added to what is there.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public Pending ReduceScatter(long offset, ElementType type, IReadOnlyList<ElementRange> parts, long* destination, FixedPoint format, bool add = false) =>
        ReduceScatter(offset, SumKernels.BytesOf(type), parts, (nint)destination, format, add);

    /// <summary>Copies each member's part of a buffer from its region into all others'.</summary>
    /// <param name="offset">Where the buffer begins in every member's region, bytes.</param>
    /// <param name="elementBytes">Bytes of an element, above 0.</param>
    /// <param name="parts">Elements that are valid in each member's region, in order of members; uneven or empty ones are possible. The same on all members, and not changed until the result is there.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public Pending AllGather(long offset, int elementBytes, IReadOnlyList<ElementRange> parts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(elementBytes);
        long all = RegionRanges.Sum(parts, Size, offset, RoomAt(offset), elementBytes), own = parts[Rank].Count;
        Pending pending = Start(new Operation(OperationKind.AllGather, offset, elementBytes, parts, 0));
        AllGatherTraffic += new Traffic(1, own * elementBytes * (Size - 1), (all - own) * elementBytes);
        return pending;
    }

    /// <summary>Gives each member the sum over members of its pieces of a buffer, rounded to the buffer's format. The order of the sum is that of a reduce-scatter.</summary>
    /// <param name="offset">Where the buffer begins in every member's region, bytes; a multiple of the element's size.</param>
    /// <param name="type">Format of the elements, of the buffer and of the result.</param>
    /// <param name="pieces">What each member gets, in order of members; members may get the same. The same on all members, and not changed until the result is there.</param>
    /// <param name="destination">Receives this rank's pieces; not part of the buffer.</param>
    /// <param name="add">Whether the sum is added to what is there, before it is rounded.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public Pending Sum(long offset, ElementType type, IReadOnlyList<IReadOnlyList<Piece>> pieces, void* destination, bool add = false)
    {
        int elementBytes = SumKernels.BytesOf(type);
        (long all, long own) = RegionRanges.Sum(pieces, Size, Rank, offset, RoomAt(offset), elementBytes);
        Pending pending = Start(new Operation(add ? OperationKind.SumPiecesAndAdd : OperationKind.SumPieces, offset, elementBytes, [], (nint)destination, pieces));
        ReduceScatterTraffic += TrafficOfReduction(all, own, elementBytes);
        return pending;
    }

    /// <summary>Copies each member's pieces from its region to a place of this rank's own.</summary>
    /// <param name="offset">Where the buffer that is read begins in every member's region, bytes.</param>
    /// <param name="elementBytes">Bytes of an element, above 0.</param>
    /// <param name="pieces">What each member has, in order of members. The same on all members, and not changed until the result is there.</param>
    /// <param name="destination">Receives the pieces of all; not part of the buffer that is read.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public Pending Gather(long offset, int elementBytes, IReadOnlyList<IReadOnlyList<Piece>> pieces, void* destination)
    {
        Pending pending = CopyPieces(offset, elementBytes, pieces, (nint)destination, out long all, out long own);
        AllGatherTraffic += new Traffic(1, own * elementBytes * (Size - 1), (all - own) * elementBytes);
        return pending;
    }

    /// <summary>Copies pieces that are this rank's alone from the members' regions to a place of its own: an all-to-all, where every member does.</summary>
    /// <param name="offset">Where the buffer that is read begins in every member's region, bytes.</param>
    /// <param name="elementBytes">Bytes of an element, above 0.</param>
    /// <param name="pieces">What this rank takes of each member, in order of members.</param>
    /// <param name="destination">Receives them; not part of the buffer that is read.</param>
    /// <param name="sent">Elements that the others take of this rank, for <see cref="AllToAllTraffic"/>.</param>
    /// <exception cref="CollectiveAbortedException">The world was given up.</exception>
    public Pending Take(long offset, int elementBytes, IReadOnlyList<IReadOnlyList<Piece>> pieces, void* destination, long sent)
    {
        Pending pending = CopyPieces(offset, elementBytes, pieces, (nint)destination, out long all, out long own);
        AllToAllTraffic += new Traffic(1, sent * elementBytes, (all - own) * elementBytes);
        return pending;
    }

    /// <summary>Gives every member every member's few bytes; returns when they are there.</summary>
    /// <param name="mine">This rank's bytes, at most 4096 and as many on all members.</param>
    /// <param name="all">Receives <see cref="Size"/> times as many bytes, in order of members.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="CollectiveAbortedException">The world was given up, or a member died.</exception>
    public void Exchange(ReadOnlySpan<byte> mine, Span<byte> all)
    {
        if (mine.Length > WorldLayout.ExchangeBytes || all.Length != mine.Length * Size)
        {
            throw new ArgumentException($"{mine.Length} bytes for {all.Length} bytes of {Size} members; at most {WorldLayout.ExchangeBytes} a member can be exchanged, and each must fit once.", nameof(mine));
        }

        // Two places alternate. Who writes one again has seen all members start the exchange between, and so has everyone read the one before.
        memory.CheckMayPublish();
        long exchange = exchanges++;
        mine.CopyTo(new Span<byte>(memory.At(memory.Layout.ExchangeAt(index, Rank, exchange)), mine.Length));
        Start(new Operation(OperationKind.Meeting, 0, 0, [], 0)).WaitForResult();
        for (int member = 0; member < Size; member++)
        {
            new ReadOnlySpan<byte>(memory.At(memory.Layout.ExchangeAt(index, member, exchange)), mine.Length).CopyTo(all[(member * mine.Length)..]);
        }

        long bytes = (long)mine.Length * (Size - 1);
        ExchangeTraffic += new Traffic(1, bytes, bytes);
    }

    /// <summary>Returns when all members have called it; what each wrote before is then visible to all.</summary>
    /// <exception cref="CollectiveAbortedException">The world was given up, or a member died.</exception>
    public void Barrier() => Start(new Operation(OperationKind.Meeting, 0, 0, [], 0)).WaitForResult();

    internal bool HasResult(long sequence)
    {
        memory.CheckMayPublish();
        if (finished < sequence)
        {
            _ = progress.Make();
        }

        return finished >= sequence;
    }

    internal bool IsDone(long sequence) => HasResult(sequence) && AllHave(FinishedAt, sequence);

    internal void WaitForResult(long sequence)
    {
        if (!HasResult(sequence))
        {
            WaitUntilAllHave(StartedAt, sequence);
            _ = progress.Make();
        }
    }

    internal void Wait(long sequence)
    {
        WaitForResult(sequence);
        WaitUntilAllHave(FinishedAt, sequence);
    }

    /// <summary>Does this rank's part of the oldest collective that it has not finished; all members have started it.</summary>
    internal void GoOn()
    {
        memory.CheckMayPublish();
        Operation operation = operations.Dequeue();
        switch (operation.Kind)
        {
            case OperationKind.ReduceScatter or OperationKind.ReduceScatterAndAdd:
                SumOwnPart(operation);
                break;
            case OperationKind.AllGather:
                CopyOtherParts(operation);
                break;
            case OperationKind.SumPieces or OperationKind.SumPiecesAndAdd:
                SumOwnPieces(operation);
                break;
            case OperationKind.GatherPieces:
                CopyAllPieces(operation);
                break;
            default:
                break;
        }

        signals.Raise(Word(Rank, FinishedAt), ++finished, members);
    }

    private Pending ReduceScatter(long offset, int elementBytes, IReadOnlyList<ElementRange> parts, nint destination, FixedPoint? format, bool add)
    {
        long all = RegionRanges.Sum(parts, Size, offset, RoomAt(offset), elementBytes), own = parts[Rank].Count;
        OperationKind kind = add ? OperationKind.ReduceScatterAndAdd : OperationKind.ReduceScatter;
        Pending pending = Start(new Operation(kind, offset, elementBytes, parts, destination) { Format = format });
        ReduceScatterTraffic += TrafficOfReduction(all, own, elementBytes);
        return pending;
    }

    private Pending CopyPieces(long offset, int elementBytes, IReadOnlyList<IReadOnlyList<Piece>> pieces, nint destination, out long all, out long own)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(elementBytes);
        (all, own) = RegionRanges.Sum(pieces, Size, Rank, offset, RoomAt(offset), elementBytes);
        return Start(new Operation(OperationKind.GatherPieces, offset, elementBytes, [], destination, pieces));
    }

    private Traffic TrafficOfReduction(long all, long own, int elementBytes) => new(1, (all - own) * elementBytes * Math.Min(1, Size - 1), own * elementBytes * (Size - 1));

    private Pending Start(Operation operation)
    {
        memory.CheckMayPublish();
        if (IsIdle)
        {
            progress.Add(this);
        }

        operations.Enqueue(operation);
        signals.Raise(Word(Rank, StartedAt), ++started, members);
        return new Pending(this, started);
    }

    private void SumOwnPart(Operation operation)
    {
        ElementRange part = operation.Parts[Rank];
        void** sources = stackalloc void*[Size];
        for (int member = 0; member < Size; member++)
        {
            sources[member] = memory.Region(members[member]) + operation.Offset + (part.Start * operation.ElementBytes);
        }

        bool add = operation.Kind == OperationKind.ReduceScatterAndAdd;
        if (operation.Format is { } format)
        {
            FixedPointKernels.Sum(format, operation.Type, sources, Size, (long*)operation.Destination, part.Count, add);
        }
        else if (add)
        {
            SumKernels.Add(operation.Type, sources, Size, (float*)operation.Destination, part.Count);
        }
        else
        {
            SumKernels.Sum(operation.Type, sources, Size, (float*)operation.Destination, part.Count);
        }
    }

    private void SumOwnPieces(Operation operation)
    {
        void** sources = stackalloc void*[Size];
        foreach (Piece piece in operation.Pieces![Rank])
        {
            for (int member = 0; member < Size; member++)
            {
                sources[member] = memory.Region(members[member]) + operation.Offset + (piece.From * operation.ElementBytes);
            }

            SumKernels.SumRounded(operation.Type, sources, Size, (byte*)operation.Destination + (piece.To * operation.ElementBytes), piece.Count, operation.Kind == OperationKind.SumPiecesAndAdd);
        }
    }

    private void CopyAllPieces(Operation operation)
    {
        for (int step = 0; step < Size; step++)
        {
            int member = (Rank + step) % Size;
            foreach (Piece piece in operation.Pieces![member])
            {
                long bytes = piece.Count * operation.ElementBytes;
                byte* source = memory.Region(members[member]) + operation.Offset + (piece.From * operation.ElementBytes);
                Buffer.MemoryCopy(source, (byte*)operation.Destination + (piece.To * operation.ElementBytes), bytes, bytes);
            }
        }
    }

    private void CopyOtherParts(Operation operation)
    {
        for (int step = 1; step < Size; step++)
        {
            // Each member begins with its neighbour's part, so that not all read the same memory at the same time.
            int member = (Rank + step) % Size;
            ElementRange part = operation.Parts[member];
            long offset = operation.Offset + (part.Start * operation.ElementBytes), bytes = part.Count * operation.ElementBytes;
            Buffer.MemoryCopy(memory.Region(members[member]) + offset, memory.Region(memory.Rank) + offset, bytes, bytes);
        }
    }

    /// <summary>Bytes from an offset on that every member's region has.</summary>
    private long RoomAt(long offset) => members.Min(memory.Layout.RegionBytes) - offset;

    private long* Word(int member, int which) => memory.Word(memory.Layout.MemberAt(index, member) + which);

    private bool AllHave(int which, long sequence)
    {
        for (int member = 0; member < members.Length; member++)
        {
            if (Volatile.Read(ref *Word(member, which)) < sequence)
            {
                return false;
            }
        }

        return true;
    }

    private void WaitUntilAllHave(int which, long sequence)
    {
        for (int member = 0; member < Size; member++)
        {
            signals.Wait(Word(member, which), sequence, members[member]);
        }
    }

    /// <summary>A started collective; a meeting moves nothing.</summary>
    private readonly record struct Operation(OperationKind Kind, long Offset, int ElementBytes, IReadOnlyList<ElementRange> Parts, nint Destination, IReadOnlyList<IReadOnlyList<Piece>>? Pieces = null)
    {
        public FixedPoint? Format { get; init; }

        public ElementType Type => ElementBytes == 2 ? ElementType.BFloat16 : ElementBytes == 4 ? ElementType.Float32 : ElementType.Int64;
    }

    private enum OperationKind
    {
        Meeting,
        ReduceScatter,
        ReduceScatterAndAdd,
        AllGather,
        SumPieces,
        SumPiecesAndAdd,
        GatherPieces,
    }
}
