namespace Colossus.Training.Engine;

/// <summary>A rank's place in an epoch, and where its state comes from.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Rank">The rank.</param>
/// <param name="Ranks">Number of ranks.</param>
/// <param name="Segment">Name of the epoch's shared memory; rank 0 makes it.</param>
/// <param name="RestoreSegment">Shared memory of an earlier epoch; null for none.</param>
/// <param name="RestoreEpoch">That epoch.</param>
/// <param name="RestoreCheckpoint">Folder of a checkpoint; null for none.</param>
/// <param name="KnownStep">The last step that was complete before.</param>
public sealed record RankPlace(
    long Epoch, int Rank, int Ranks, string Segment, string? RestoreSegment, long RestoreEpoch, string? RestoreCheckpoint, long KnownStep);
