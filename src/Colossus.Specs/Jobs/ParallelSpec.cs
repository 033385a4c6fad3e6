namespace Colossus.Specs.Jobs;

/// <summary>How a run is split over ranks. The number of ranks is <c>data · tensor · pipeline · context</c>.</summary>
/// <param name="Data">Replicas that see different samples.</param>
/// <param name="Tensor">Ranks that share each matrix.</param>
/// <param name="Pipeline">Stages that share the layers.</param>
/// <param name="VirtualStages">Chunks of layers a pipeline rank (interleaving).</param>
/// <param name="Context">Ranks that share each sequence.</param>
/// <param name="Expert">Ranks that share the experts, a divisor of the experts and of <c>data · context · tensor</c>.</param>
/// <param name="Zero">0 plain data parallel, 1 sharded optimizer, 2 and gradients, 3 and weights (arXiv 1910.02054).</param>
/// <param name="SequenceParallel">Whether tensor-parallel ranks also share what lies between matrices (arXiv 2205.05198).</param>
/// <param name="Recompute">What the backward pass computes again instead of keeping.</param>
/// <param name="Schedule">The pipeline's order of work.</param>
public sealed record ParallelSpec(
    int Data = 1,
    int Tensor = 1,
    int Pipeline = 1,
    int VirtualStages = 1,
    int Context = 1,
    int Expert = 1,
    int Zero = 1,
    bool SequenceParallel = true,
    Recompute Recompute = Recompute.None,
    PipelineSchedule Schedule = PipelineSchedule.OneForwardOneBackward)
{
    /// <summary>The number of ranks.</summary>
    public int Ranks => Data * Tensor * Pipeline * Context;
}
