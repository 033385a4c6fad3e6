namespace Colossus.Collectives;

/// <summary>A one-way line of messages between two ranks.</summary>
public sealed record MailboxShape
{
    /// <summary>The rank that sends.</summary>
    public required int From { get; init; }

    /// <summary>The rank that receives, another.</summary>
    public required int To { get; init; }

    /// <summary>Messages that may lie unread, 1 or more: a sender that keeps to that never waits.</summary>
    public required int Entries { get; init; }

    /// <summary>Bytes of the longest message, above 0.</summary>
    public required long EntryBytes { get; init; }
}
