using System.Text.Json.Serialization;

namespace Colossus.Collectives;

/// <summary>What the segment of a <see cref="World"/> is made for. It lies in the segment too: whoever joins or inspects it finds it there.</summary>
public sealed record WorldShape
{
    /// <summary>Number of ranks, 1 to 1024.</summary>
    public required int Ranks { get; init; }

    /// <summary>Number of the world's life, 0 or more. Each new start after a failure has a higher one.</summary>
    public long Epoch { get; init; }

    /// <summary>Counters a rank has for the caller's own use, 0 or more.</summary>
    public int CounterCount { get; init; }

    /// <summary>Bytes of each rank's region, one entry a rank, 0 or more; default none: no rank has a region.</summary>
    public IReadOnlyList<long> RegionBytes { get; init; } = [];

    /// <summary>The groups; <see cref="World.Group"/> takes the index here.</summary>
    public IReadOnlyList<GroupShape> Groups { get; init; } = [];

    /// <summary>The mailboxes; <see cref="World.Mailbox"/> takes the index here.</summary>
    public IReadOnlyList<MailboxShape> Mailboxes { get; init; } = [];

    /// <summary>Bytes of the channel for texts from each rank to each other, a multiple of 64; default null: 64 KiB for few ranks, less for many, at least 64. Longer texts pass in pieces.</summary>
    public long? ChannelBytes { get; init; }

    /// <summary>Bytes of the channel, chosen if it was not given.</summary>
    [JsonIgnore]
    internal long ActualChannelBytes => ChannelBytes ?? Math.Clamp((4L << 20) / ((long)Ranks * Ranks) / 64 * 64, 64, 64 << 10);

    /// <exception cref="ArgumentException">Something is out of its range; the message says what and which values are allowed.</exception>
    internal void Validate()
    {
        Require(Ranks is >= 1 and <= 1024, nameof(Ranks), $"{Ranks} ranks; 1 to 1024 are possible.");
        Require(Epoch >= 0, nameof(Epoch), $"epoch {Epoch}; epochs count from 0.");
        Require(CounterCount >= 0, nameof(CounterCount), $"{CounterCount} counters; 0 or more are possible.");
        Require(RegionBytes.Count == 0 || RegionBytes.Count == Ranks, nameof(RegionBytes), $"{RegionBytes.Count} entries for {Ranks} ranks; one a rank is needed, or none.");
        Require(RegionBytes.All(bytes => bytes >= 0), nameof(RegionBytes), "a region has a negative size.");
        Require(ActualChannelBytes > 0 && ActualChannelBytes % 64 == 0, nameof(ChannelBytes), $"{ActualChannelBytes} bytes; a positive multiple of 64 is needed.");
        for (int index = 0; index < Groups.Count; index++)
        {
            IReadOnlyList<int> ranks = Groups[index].Ranks;
            Require(ranks.Count > 0, nameof(Groups), $"group {index} has no rank.");
            Require(ranks.All(IsRank), nameof(Groups), $"group {index} names rank {ranks.FirstOrDefault(rank => !IsRank(rank))}; 0 to {Ranks - 1} exist.");
            Require(ranks.Distinct().Count() == ranks.Count, nameof(Groups), $"group {index} names a rank twice.");
        }

        for (int index = 0; index < Mailboxes.Count; index++)
        {
            MailboxShape box = Mailboxes[index];
            Require(IsRank(box.From) && IsRank(box.To) && box.From != box.To, nameof(Mailboxes), $"mailbox {index} goes from rank {box.From} to {box.To}; two different ones of 0 to {Ranks - 1} are needed.");
            Require(box.Entries > 0 && box.EntryBytes > 0, nameof(Mailboxes), $"mailbox {index} has {box.Entries} entries of {box.EntryBytes} bytes; both must be above 0.");
        }
    }

    private bool IsRank(int rank) => rank >= 0 && rank < Ranks;

    private static void Require(bool condition, string name, string found)
    {
        if (!condition)
        {
            throw new ArgumentException($"The shape of a world is not possible: {found}", name);
        }
    }
}
