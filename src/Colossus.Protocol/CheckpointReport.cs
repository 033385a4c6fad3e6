namespace Colossus.Protocol;

/// <summary>A checkpoint is complete on disk; sent by rank 0.</summary>
/// <param name="Step">Completed steps that it holds.</param>
/// <param name="Path">Its folder.</param>
/// <param name="Bytes">Size of its files.</param>
/// <param name="Seconds">Time that writing took.</param>
/// <param name="StallSeconds">Time that training stood still for it.</param>
/// <param name="MadeRoom">Names of older checkpoints that were deleted because the disk was full; null when none was.</param>
public sealed record CheckpointReport(
    long Step, string Path, long Bytes, double Seconds, double StallSeconds, IReadOnlyList<string>? MadeRoom = null) : RankReport;
