using Colossus.Specs.Jobs;

namespace Colossus.Twin.Search;

/// <summary>What one kind of accelerator does of a step.</summary>
/// <param name="Accelerator">The kind.</param>
/// <param name="Replicas">Data-parallel replicas on it.</param>
/// <param name="Gpus">Accelerators that they use.</param>
/// <param name="MicroBatches">Micro-batches of each replica a step; of the last few perhaps one less, so that all of a step is shared out.</param>
/// <param name="Sequences">Share of the step's sequences, 0 to 1.</param>
/// <param name="Recompute">What its backward passes compute again.</param>
/// <param name="Seconds">When it has finished, seconds from the start of the step.</param>
public sealed record PoolShare(string Accelerator, int Replicas, int Gpus, int MicroBatches, double Sequences, Recompute Recompute, double Seconds);
