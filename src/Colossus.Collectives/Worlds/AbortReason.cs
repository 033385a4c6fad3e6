namespace Colossus.Collectives;

/// <summary>Why a world was given up. The first reason stands.</summary>
public enum AbortReason
{
    /// <summary>It was not.</summary>
    None = 0,

    /// <summary>The supervisor ended the epoch.</summary>
    Requested = 1,

    /// <summary>A rank's process no longer runs.</summary>
    PeerDied = 2,

    /// <summary>A rank left the world while another still waited for it.</summary>
    PeerLeft = 3,

    /// <summary>A rank met an error and cannot go on.</summary>
    RankFailed = 4,
}
