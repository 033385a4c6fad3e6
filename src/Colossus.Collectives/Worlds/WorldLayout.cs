using System.Text.Json;

namespace Colossus.Collectives;

/// <summary>
/// Where things lie in a world's segment. All of it follows from the shape, which lies behind the header page, so every process finds the same:
/// header page | shape | rank table | counters | text channels | groups | mailboxes | regions.
/// </summary>
internal sealed class WorldLayout
{
    public const int LineBytes = 64;
    public const long PageBytes = 4096;

    // Offsets in the header page.
    public const int EpochAt = 16, AbortAt = 64;

    // A rank's entry in the rank table: one line for who it is, one for its bell.
    public const int RankStateAt = 0, RankPidAt = 4, RankStartAt = 8, BellAt = LineBytes, SleepersAt = LineBytes + 4;

    // A ring or a mailbox: how much was ever written and read, each in a line of its own, then the data.
    public const int WrittenAt = 0, ReadAt = LineBytes, DataAt = 2 * LineBytes;

    /// <summary>Most bytes of one member in an exchange.</summary>
    public const int ExchangeBytes = 4096;

    private const ulong Magic = 0x4D48_5353_4F4C_4F43; // "COLOSSHM"
    private const int Version = 2, VersionAt = 8, ShapeBytesAt = 12;
    private const int RankEntryBytes = 2 * LineBytes;

    private readonly byte[] shapeText;
    private readonly long rankTableAt;
    private readonly long countersAt;
    private readonly long channelsAt;
    private readonly long channelStride;
    private readonly long[] groupsAt;
    private readonly long[] mailboxesAt;
    private readonly long[] regionsAt;

    private WorldLayout(WorldShape shape, byte[] shapeText)
    {
        Shape = shape;
        this.shapeText = shapeText;
        long at = PageBytes;
        Take(shapeText.Length);
        rankTableAt = Take((long)shape.Ranks * RankEntryBytes);
        countersAt = Take((long)shape.Ranks * CountersOfRank * LineBytes);
        channelStride = DataAt + shape.ActualChannelBytes;
        channelsAt = Take(shape.Ranks * (long)shape.Ranks * channelStride);
        groupsAt = [.. shape.Groups.Select(group => Take(group.Ranks.Count * (LineBytes + (2L * ExchangeBytes))))];
        mailboxesAt = [.. shape.Mailboxes.Select(box => Take(DataAt + (box.Entries * EntryStride(box))))];
        regionsAt = [.. shape.RegionBytes.Select(Take)];
        TotalBytes = at;

        long Take(long bytes)
        {
            long start = at;
            at += RoundUp(bytes, PageBytes);
            return start;
        }
    }

    public WorldShape Shape { get; }

    public long TotalBytes { get; }

    /// <summary>The caller's counters and, behind them, that of the world's barrier.</summary>
    private int CountersOfRank => Shape.CounterCount + 1;

    public static WorldLayout Of(WorldShape shape)
    {
        shape.Validate();
        return new WorldLayout(shape, JsonSerializer.SerializeToUtf8Bytes(shape, WorldJson.Default.WorldShape));
    }

    /// <exception cref="SharedMemoryException">The segment is no world's, of another version, or shorter than its shape asks for.</exception>
    public static unsafe WorldLayout ReadFrom(SharedSegment segment)
    {
        byte* header = segment.Pointer;
        if (segment.Bytes < PageBytes || Volatile.Read(ref *(ulong*)header) != Magic)
        {
            throw new SharedMemoryException("Not a segment of Colossus", segment.Name, $"{segment.Bytes} bytes of something else", "a world of ranks", "Remove the file if nothing else uses it.");
        }

        int version = *(int*)(header + VersionAt);
        if (version != Version)
        {
            throw new SharedMemoryException("A shared memory segment has another layout", segment.Name, $"version {version}", $"version {Version}", "All ranks must run the same version of Colossus.");
        }

        int shapeBytes = *(int*)(header + ShapeBytesAt);
        if (shapeBytes < 0 || segment.Bytes < PageBytes + shapeBytes)
        {
            throw TooShort(segment, PageBytes + shapeBytes);
        }

        byte[] text = new ReadOnlySpan<byte>(header + PageBytes, shapeBytes).ToArray();
        WorldLayout layout = new(JsonSerializer.Deserialize(text, WorldJson.Default.WorldShape)!, text);
        return segment.Bytes >= layout.TotalBytes ? layout : throw TooShort(segment, layout.TotalBytes);
    }

    public unsafe void WriteTo(byte* header)
    {
        *(int*)(header + VersionAt) = Version;
        *(int*)(header + ShapeBytesAt) = shapeText.Length;
        *(long*)(header + EpochAt) = Shape.Epoch;
        shapeText.CopyTo(new Span<byte>(header + PageBytes, shapeText.Length));
        Volatile.Write(ref *(ulong*)header, Magic);
    }

    public long RankAt(int rank) => rankTableAt + ((long)rank * RankEntryBytes);

    /// <summary>Where a counter lies; the index behind the caller's own is the barrier's.</summary>
    public long CounterAt(int rank, int index) => countersAt + ((((long)rank * CountersOfRank) + index) * LineBytes);

    public long ChannelAt(int from, int to) => channelsAt + ((((long)from * Shape.Ranks) + to) * channelStride);

    /// <summary>A member's line in a group: how many collectives it has started, then how many it has finished.</summary>
    public long MemberAt(int group, int member) => groupsAt[group] + ((long)member * LineBytes);

    /// <summary>Where a member lays its bytes for an exchange, alternating between two places.</summary>
    public long ExchangeAt(int group, int member, long exchange)
    {
        int size = Shape.Groups[group].Ranks.Count;
        return groupsAt[group] + ((long)size * LineBytes) + (((2L * member) + (exchange % 2)) * ExchangeBytes);
    }

    public long MailboxAt(int mailbox) => mailboxesAt[mailbox];

    /// <summary>An entry: the length of the message in a line of its own, then the message.</summary>
    public long EntryAt(int mailbox, long message)
    {
        MailboxShape box = Shape.Mailboxes[mailbox];
        return mailboxesAt[mailbox] + DataAt + (message % box.Entries * EntryStride(box));
    }

    public long RegionAt(int rank) => regionsAt.Length == 0 ? TotalBytes : regionsAt[rank];

    public long RegionBytes(int rank) => regionsAt.Length == 0 ? 0 : Shape.RegionBytes[rank];

    private static long EntryStride(MailboxShape box) => LineBytes + RoundUp(box.EntryBytes, LineBytes);

    private static long RoundUp(long value, long unit) => (value + unit - 1) / unit * unit;

    private static SharedMemoryException TooShort(SharedSegment segment, long needed) =>
        new("A shared memory segment is too short", segment.Name, $"{segment.Bytes} bytes", $"{needed} bytes", "It was cut off: remove it and start the run again.");
}
