namespace Colossus.Checkpoints;

/// <summary>What a checkpoint says of the run besides its tensors.</summary>
/// <param name="Step">Steps completed, 0 or more.</param>
/// <param name="Ranks">Ranks that trained, 1 or more.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="DataPosition">Samples consumed, 0 or more.</param>
/// <param name="RandomState">State of random streams, as the trainer writes it; empty when all are functions of seed and step.</param>
/// <param name="WeightsSha256">See <see cref="WeightsFingerprint"/>; 64 lower-case hexadecimal digits.</param>
/// <param name="Job">The resolved job, YAML text.</param>
public sealed record CheckpointState(long Step, int Ranks, ulong Seed, long DataPosition, string RandomState, string WeightsSha256, string Job);
