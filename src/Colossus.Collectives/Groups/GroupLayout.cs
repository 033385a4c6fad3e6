namespace Colossus.Collectives;

/// <summary>
/// Where things lie in a group's segment. All of it follows from the header's numbers, so every process finds the same:
/// header page | rank table | counters, one cache line each | channels, rank by rank | staging, rank by rank | heap.
/// </summary>
internal readonly record struct GroupLayout(int Ranks, long Epoch, int CounterCount, long ChannelBytes, long StagingBytes, long HeapBytes)
{
    public const ulong Magic = 0x4D48_5353_4F4C_4F43; // "COLOSSHM"
    public const int Version = 1;
    public const long PageBytes = 4096;
    public const long RankTableAt = PageBytes;
    public const int LineBytes = Shard.LineBytes;
    public const int SlotCount = 32;

    // Offsets in the header page.
    public const int VersionAt = 8, RanksAt = 12, EpochAt = 16, CounterCountAt = 24, ChannelBytesAt = 32, StagingBytesAt = 40, HeapBytesAt = 48;
    public const int AbortAt = 64, SlotsAt = 512;

    // A rank's entry in the rank table.
    public const int RankStateAt = 0, RankPidAt = 4, RankStartAt = 8;

    /// <summary>Counters behind the caller's own: the one of the barrier.</summary>
    public const int InternalCounters = 1;

    public int BarrierCounter => CounterCount;

    public long CountersAt => RankTableAt + RoundUp((long)Ranks * LineBytes, PageBytes);

    public long ChannelsAt => CountersAt + RoundUp((long)Ranks * (CounterCount + InternalCounters) * LineBytes, PageBytes);

    /// <summary>Two cache lines of positions, then the data.</summary>
    public long ChannelStride => (2 * LineBytes) + ChannelBytes;

    public long StagingAt => ChannelsAt + RoundUp(Ranks * (long)Ranks * ChannelStride, PageBytes);

    public long HeapAt => StagingAt + (Ranks * StagingBytes);

    public long TotalBytes => HeapAt + RoundUp(HeapBytes, PageBytes);

    public static long RoundUp(long value, long unit) => (value + unit - 1) / unit * unit;

    public static GroupLayout Of(GroupShape shape) =>
        new(shape.Ranks, shape.Epoch, shape.CounterCount, shape.ActualChannelBytes, shape.StagingBytes, shape.HeapBytes);

    public long CounterAt(int rank, int index) => CountersAt + ((((long)rank * (CounterCount + InternalCounters)) + index) * LineBytes);

    public long ChannelAt(int from, int to) => ChannelsAt + ((((long)from * Ranks) + to) * ChannelStride);

    public unsafe void WriteTo(byte* header)
    {
        *(int*)(header + VersionAt) = Version;
        *(int*)(header + RanksAt) = Ranks;
        *(long*)(header + EpochAt) = Epoch;
        *(int*)(header + CounterCountAt) = CounterCount;
        *(long*)(header + ChannelBytesAt) = ChannelBytes;
        *(long*)(header + StagingBytesAt) = StagingBytes;
        *(long*)(header + HeapBytesAt) = HeapBytes;
        Volatile.Write(ref *(ulong*)header, Magic);
    }

    /// <exception cref="SharedMemoryException">The segment is no group's, of another version, or shorter than its header says.</exception>
    public static unsafe GroupLayout ReadFrom(SharedSegment segment)
    {
        byte* header = segment.Pointer;
        if (segment.Bytes < PageBytes || Volatile.Read(ref *(ulong*)header) != Magic)
        {
            throw new SharedMemoryException("Not a segment of Colossus", segment.Name, $"{segment.Bytes} bytes of something else", "a process group", "Remove the file if nothing else uses it.");
        }

        int version = *(int*)(header + VersionAt);
        if (version != Version)
        {
            throw new SharedMemoryException("A shared memory segment has another layout", segment.Name, $"version {version}", $"version {Version}", "All ranks must run the same version of Colossus.");
        }

        GroupLayout layout = new(
            *(int*)(header + RanksAt), *(long*)(header + EpochAt), *(int*)(header + CounterCountAt),
            *(long*)(header + ChannelBytesAt), *(long*)(header + StagingBytesAt), *(long*)(header + HeapBytesAt));
        return segment.Bytes >= layout.TotalBytes
            ? layout
            : throw new SharedMemoryException("A shared memory segment is too short", segment.Name, $"{segment.Bytes} bytes", $"{layout.TotalBytes} bytes", "It was cut off: remove it and start the run again.");
    }
}
