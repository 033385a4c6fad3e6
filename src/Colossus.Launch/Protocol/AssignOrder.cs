namespace Colossus.Launch.Protocol;

/// <summary>Be a rank of an epoch.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Rank">The rank.</param>
/// <param name="Ranks">Number of ranks.</param>
/// <param name="Segment">Name of the epoch's shared memory, made by rank 0.</param>
/// <param name="RestoreSegment">Shared memory of an earlier epoch to go on from; null for none.</param>
/// <param name="RestoreEpoch">That epoch.</param>
/// <param name="RestoreCheckpoint">Folder of a checkpoint to go on from; null for none.</param>
/// <param name="KnownStep">The last step that was complete before: work up to it is done again.</param>
public sealed record AssignOrder(
    long Epoch, int Rank, int Ranks, string Segment, string? RestoreSegment, long RestoreEpoch, string? RestoreCheckpoint, long KnownStep) : RankOrder;
