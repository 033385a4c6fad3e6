namespace Colossus.Runs.Events;

/// <summary>A checkpoint is complete on disk.</summary>
/// <param name="Step">Completed steps that it holds.</param>
/// <param name="Path">Its folder.</param>
/// <param name="Bytes">Size of its files.</param>
/// <param name="Seconds">Time that writing took, beside the training.</param>
/// <param name="StallSeconds">Time that training stood still for it.</param>
/// <param name="MadeRoom">Names of older checkpoints that were deleted because the disk was full; null when none was.</param>
public sealed record CheckpointEvent(
    long Step, string Path, long Bytes, double Seconds, double StallSeconds, IReadOnlyList<string>? MadeRoom = null) : RunEvent;
