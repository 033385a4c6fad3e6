using System.Text.Json.Serialization;
using Colossus.Plan.Layouts;

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
/// <param name="Axes">How the ranks lie on the axes of the layout; null in runs of versions that knew the data axis alone, see <see cref="Grid"/>.</param>
/// <param name="Numerics">What decides about the bits of the weights; null in runs of versions that did not record it.</param>
public sealed record StartedEvent(
    string Run,
    string Name,
    int Ranks,
    long Steps,
    long? Parameters,
    long TokensPerStep,
    double? FlopsPerStep,
    double? PeakFlopsPerSecond,
    long? ResumedFrom,
    RankAxes? Axes = null,
    Numerics? Numerics = null) : RunEvent
{
    /// <summary>How the ranks lie on the axes of the layout.</summary>
    [JsonIgnore]
    public RankAxes Grid => Axes ?? new RankAxes(Data: Ranks);
}
