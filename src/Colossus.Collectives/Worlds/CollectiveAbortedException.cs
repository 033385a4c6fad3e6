namespace Colossus.Collectives;

/// <summary>The world was given up while this rank waited or was about to publish. Its memory holds nothing that may be trusted beyond what was committed before.</summary>
public sealed class CollectiveAbortedException : Exception
{
    /// <summary>Tells which epoch ended and why.</summary>
    /// <param name="epoch">Epoch of the world.</param>
    /// <param name="reason">Why it was given up.</param>
    /// <param name="rank">The rank that was the cause, or null when it is not known.</param>
    public CollectiveAbortedException(long epoch, AbortReason reason, int? rank)
        : base($"Epoch {epoch} was aborted: {Describe(reason, rank)}.")
    {
        Epoch = epoch;
        Reason = reason;
        Rank = rank;
    }

    /// <summary>Epoch of the world.</summary>
    public long Epoch { get; }

    /// <summary>Why it was given up.</summary>
    public AbortReason Reason { get; }

    /// <summary>The rank that was the cause, or null when it is not known.</summary>
    public int? Rank { get; }

    private static string Describe(AbortReason reason, int? rank)
    {
        string who = rank is { } known ? $"rank {known}" : "a rank";
        return reason switch
        {
            AbortReason.Requested => "the supervisor ended it",
            AbortReason.PeerDied => $"{who} died",
            AbortReason.PeerLeft => $"{who} left while others waited for it",
            AbortReason.RankFailed => $"{who} failed",
            _ => $"reason {(int)reason}",
        };
    }
}
