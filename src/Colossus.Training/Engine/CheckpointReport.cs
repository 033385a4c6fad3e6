namespace Colossus.Training.Engine;

/// <summary>A checkpoint that is on disk.</summary>
/// <param name="Step">Its step.</param>
/// <param name="Path">Its folder.</param>
/// <param name="WeightsSha256">Fingerprint of the weights in it.</param>
/// <param name="Bytes">Size of all its files.</param>
/// <param name="Seconds">From the step's end to the rename.</param>
/// <param name="StallSeconds">How long the loop of this rank stood still for it.</param>
/// <param name="MadeRoom">Older checkpoints that were deleted because the disk was full; empty otherwise.</param>
public sealed record CheckpointReport(
    long Step, string Path, string WeightsSha256, long Bytes, double Seconds, double StallSeconds, IReadOnlyList<string> MadeRoom);
