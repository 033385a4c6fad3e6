namespace Colossus.Specs.Jobs;

/// <summary>How long, in what batches and in which numbers a model is trained.</summary>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="GlobalBatch">Sequences a step, over all ranks.</param>
/// <param name="MicroBatch">Sequences that one rank computes at once; <c>data · microBatch</c> divides <paramref name="GlobalBatch"/>.</param>
/// <param name="Precision">Number formats; default <see cref="Precision.Bf16"/>.</param>
/// <param name="Products">Format in which matrix products are computed; default <see cref="ProductFormat.Auto"/>.</param>
/// <param name="Optimizer">Optimizer and schedule.</param>
/// <param name="Seed">Seed of the weights and of the order of samples; default 1.</param>
/// <param name="EvaluateEvery">Steps between evaluations on held-out text; 0 for the end only.</param>
/// <param name="EvaluateSequences">Sequences of one evaluation; default 64.</param>
/// <param name="Threads">Compute threads of one rank; 0 (default) shares the machine's cores among its ranks, see <see cref="JobSpec.ThreadsOn"/>.</param>
/// <param name="Sums">How gradients of micro-batches are added up; default <see cref="GradientSums.Fast"/>.</param>
public sealed record TrainSpec(
    int Steps,
    int GlobalBatch,
    int MicroBatch,
    Precision Precision,
    ProductFormat Products,
    OptimizerSpec Optimizer,
    ulong Seed = 1,
    int EvaluateEvery = 0,
    int EvaluateSequences = 64,
    int Threads = 0,
    GradientSums Sums = GradientSums.Fast);
