namespace Colossus.Checkpoints;

/// <summary>A checkpoint that has just been written.</summary>
/// <param name="Folder">Where it lies.</param>
/// <param name="MadeRoom">Names of the older checkpoints that were deleted because the disk was full; empty otherwise.</param>
public sealed record SavedCheckpoint(CheckpointFolder Folder, IReadOnlyList<string> MadeRoom);
