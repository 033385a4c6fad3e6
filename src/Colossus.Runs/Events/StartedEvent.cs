namespace Colossus.Runs.Events;

/// <summary>A supervisor took up the run: at its beginning, and again at each resume.</summary>
/// <param name="Run">Full path of the run folder.</param>
/// <param name="Name">Name of the job.</param>
/// <param name="Ranks">Number of ranks, 1 or more.</param>
/// <param name="Steps">Steps of the job.</param>
/// <param name="Parameters">Parameters of the model; null for a job of somebody else's program.</param>
/// <param name="TokensPerStep">Tokens of one step over all ranks.</param>
/// <param name="FlopsPerStep">Model FLOPs of one step, forward and backward, over all ranks; null when not known.</param>
/// <param name="PeakFlopsPerSecond">Matrix-product peak of the machine that utilization is measured against; null when not known.</param>
/// <param name="ResumedFrom">Completed steps of the checkpoint that training goes on from; null for a new run.</param>
public sealed record StartedEvent(
    string Run,
    string Name,
    int Ranks,
    long Steps,
    long? Parameters,
    long TokensPerStep,
    double? FlopsPerStep,
    double? PeakFlopsPerSecond,
    long? ResumedFrom) : RunEvent;
