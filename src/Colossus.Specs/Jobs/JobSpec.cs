namespace Colossus.Specs.Jobs;

/// <summary>One run, complete: every value is set, defaults included. <see cref="JobReader"/> reads it from a job file, <see cref="JobWriter"/> writes it as one.</summary>
/// <param name="Name">Name of the run: letters, digits, '-', '_' and '.'; default: the file's name without extension.</param>
/// <param name="Model">The transformer.</param>
/// <param name="Data">The text it learns from.</param>
/// <param name="Train">Steps, batch, precision, optimizer.</param>
/// <param name="Parallel">How the work is split over ranks.</param>
/// <param name="Checkpoint">When the state goes to disk, and how many copies stay.</param>
/// <param name="Resilience">How faults are noticed and answered.</param>
/// <param name="Workload">Somebody else's program to run instead of the model; null for a training job of ours.</param>
public sealed record JobSpec(
    string Name,
    ModelSpec Model,
    DataSpec Data,
    TrainSpec Train,
    ParallelSpec Parallel,
    CheckpointSpec Checkpoint,
    ResilienceSpec Resilience,
    WorkloadSpec? Workload = null)
{
    /// <summary>Compute threads of one rank on a machine that holds all ranks: those of the job, or else each rank's share of the cores, 1 at least.</summary>
    /// <param name="cores">Logical processors that the job may use, 1 or more.</param>
    public int ThreadsOn(int cores) => Train.Threads > 0 ? Train.Threads : Math.Max(1, cores / Parallel.Ranks);
}
