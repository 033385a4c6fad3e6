namespace Colossus.Training.Engine;

/// <summary>Where an epoch's first state comes from.</summary>
/// <param name="Segment">Shared memory of an earlier epoch; null for none.</param>
/// <param name="SegmentEpoch">That epoch.</param>
/// <param name="Checkpoint">Folder of a checkpoint; null for none. With neither, the weights are new.</param>
/// <param name="KnownStep">The last step that was complete before: work up to it is done again.</param>
internal sealed record RestorePlan(string? Segment, long SegmentEpoch, string? Checkpoint, long KnownStep);
