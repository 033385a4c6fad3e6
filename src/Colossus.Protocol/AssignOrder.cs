namespace Colossus.Protocol;

/// <summary>Take a rank of a new epoch.</summary>
/// <param name="Epoch">Generation of ranks, 0 or more.</param>
/// <param name="Rank">The rank to be.</param>
/// <param name="Ranks">How many there are.</param>
/// <param name="Segment">Name of the shared-memory segment to make or join.</param>
/// <param name="RestoreSegment">Segment that holds the state of an earlier epoch; null when there is none.</param>
/// <param name="RestoreEpoch">Epoch of that segment; -1 when there is none.</param>
/// <param name="RestoreCheckpoint">Checkpoint folder to start from; null with a segment, and for a fresh start.</param>
/// <param name="KnownStep">The last completed step that the supervisor knows of.</param>
public sealed record AssignOrder(
    int Epoch,
    int Rank,
    int Ranks,
    string Segment,
    string? RestoreSegment,
    int RestoreEpoch,
    string? RestoreCheckpoint,
    long KnownStep) : RankOrder;
