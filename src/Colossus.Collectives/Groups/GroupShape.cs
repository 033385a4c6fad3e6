namespace Colossus.Collectives;

/// <summary>What the segment of a <see cref="SharedGroup"/> is made for.</summary>
public sealed record GroupShape
{
    /// <summary>Number of ranks, 1 to 1024.</summary>
    public required int Ranks { get; init; }

    /// <summary>Number of the group's life, 0 or more. Each new start after a failure has a higher one.</summary>
    public long Epoch { get; init; }

    /// <summary>Bytes of the heap, all ranks together: the sum of <see cref="BytesOfBuffer"/> and <see cref="BytesOfCommon"/> of what will be allocated.</summary>
    public long HeapBytes { get; init; }

    /// <summary>Counters a rank has for the caller's own use, 0 or more.</summary>
    public int CounterCount { get; init; }

    /// <summary>Bytes a rank has for collectives on private memory, a multiple of 8192; default 4 MiB. Longer data pass through in pieces of half of it.</summary>
    public long StagingBytes { get; init; } = 4 << 20;

    /// <summary>Bytes of the channel from each rank to each other, a multiple of 64; default null: 1 MiB for two ranks, less for many, at least 4 KiB.</summary>
    public long? ChannelBytes { get; init; }

    internal long ActualChannelBytes => ChannelBytes ?? Math.Clamp((4L << 20) / ((long)Ranks * Ranks) / 64 * 64, 4096, 1 << 20);

    /// <summary>Bytes of the heap that <see cref="SharedGroup.Allocate"/> takes.</summary>
    /// <param name="bytes">Bytes of one rank's region.</param>
    /// <param name="ranks">Number of ranks.</param>
    public static long BytesOfBuffer(long bytes, int ranks) => BytesOfCommon(bytes) * ranks;

    /// <summary>Bytes of the heap that <see cref="SharedGroup.AllocateCommon"/> takes: whole pages.</summary>
    /// <param name="bytes">Bytes asked for.</param>
    public static long BytesOfCommon(long bytes) => GroupLayout.RoundUp(bytes, GroupLayout.PageBytes);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Ranks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Ranks, 1024);
        ArgumentOutOfRangeException.ThrowIfNegative(Epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(HeapBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(CounterCount);
        if (StagingBytes < 8192 || StagingBytes % 8192 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(StagingBytes), StagingBytes, "Must be a positive multiple of 8192.");
        }

        if (ActualChannelBytes < 64 || ActualChannelBytes % 64 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(ChannelBytes), ChannelBytes, "Must be a positive multiple of 64.");
        }
    }
}
