using Colossus.Specs.Jobs;

namespace Colossus.Specs.Layouts;

/// <summary>How one optimizer step is split over ranks. A value type, so that a search makes millions of them without allocating.</summary>
/// <param name="Data">Replicas that see different samples.</param>
/// <param name="Tensor">Ranks that share each matrix.</param>
/// <param name="Pipeline">Stages that share the layers.</param>
/// <param name="VirtualStages">Chunks of layers a pipeline rank.</param>
/// <param name="Context">Ranks that share each sequence.</param>
/// <param name="Expert">Ranks that share the experts.</param>
/// <param name="Zero">0 plain data parallel, 1 sharded optimizer, 2 and gradients, 3 and weights.</param>
/// <param name="SequenceParallel">Whether tensor-parallel ranks also share what lies between matrices.</param>
/// <param name="MicroBatch">Sequences that one rank computes at once.</param>
/// <param name="GlobalBatch">Sequences a step.</param>
/// <param name="Recompute">What the backward pass computes again.</param>
/// <param name="Schedule">The pipeline's order of work.</param>
public readonly record struct Layout(
    int Data,
    int Tensor,
    int Pipeline,
    int VirtualStages,
    int Context,
    int Expert,
    int Zero,
    bool SequenceParallel,
    int MicroBatch,
    int GlobalBatch,
    Recompute Recompute,
    PipelineSchedule Schedule)
{
    /// <summary>The number of ranks.</summary>
    public int Ranks => Data * Tensor * Pipeline * Context;

    /// <summary>Micro-batches that a pipeline works through in one step; whole only for a layout that <see cref="LayoutRules"/> accepts.</summary>
    public int MicroBatches => GlobalBatch / (Data * MicroBatch);

    /// <summary>Chunks of layers over the whole pipeline.</summary>
    public int Chunks => Pipeline * VirtualStages;

    /// <summary>Ranks among which one rank's tokens between matrix products are shared: <see cref="Tensor"/> with sequence parallelism, else 1.</summary>
    public int SequenceShards => SequenceParallel ? Tensor : 1;

    /// <summary>Replicas of a dense weight: the ranks of data and context parallelism.</summary>
    public int DenseReplicas => Data * Context;

    /// <summary>Replicas of an expert's weight; experts are spread over tensor, context and data ranks.</summary>
    public int ExpertReplicas => Math.Max(1, Data * Context * Tensor / Expert);

    /// <summary>The layout that a job file asks for.</summary>
    /// <param name="parallel">The job's section <c>parallel</c>.</param>
    /// <param name="microBatch">Sequences a micro-batch.</param>
    /// <param name="globalBatch">Sequences a step.</param>
    public static Layout From(ParallelSpec parallel, int microBatch, int globalBatch)
    {
        ArgumentNullException.ThrowIfNull(parallel);
        return new Layout(
            parallel.Data,
            parallel.Tensor,
            parallel.Pipeline,
            parallel.VirtualStages,
            parallel.Context,
            parallel.Expert,
            parallel.Zero,
            parallel.SequenceParallel && parallel.Tensor > 1,
            microBatch,
            globalBatch,
            parallel.Recompute,
            parallel.Schedule);
    }
}
