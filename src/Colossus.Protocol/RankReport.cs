using System.Text.Json.Serialization;

namespace Colossus.Protocol;

/// <summary>What the process of a rank tells the supervisor: one line of JSON on its standard output.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ReadyReport), "ready")]
[JsonDerivedType(typeof(JoinedReport), "joined")]
[JsonDerivedType(typeof(AliveReport), "alive")]
[JsonDerivedType(typeof(StepReport), "step")]
[JsonDerivedType(typeof(EvaluationReport), "evaluation")]
[JsonDerivedType(typeof(CheckpointReport), "checkpoint")]
[JsonDerivedType(typeof(CheckpointFailedReport), "checkpointFailed")]
[JsonDerivedType(typeof(CheckpointPostponedReport), "checkpointPostponed")]
[JsonDerivedType(typeof(ParkedReport), "parked")]
[JsonDerivedType(typeof(TextReport), "text")]
[JsonDerivedType(typeof(FinishedReport), "finished")]
[JsonDerivedType(typeof(FailedReport), "failed")]
public abstract record RankReport
{
    /// <summary>The epoch that the rank is in, or has just left; -1 before its first.</summary>
    public int Epoch { get; init; } = -1;

    /// <summary>When it was sent, in seconds of the machine's monotonic clock; <see cref="RankChannel"/> sets it.</summary>
    public double At { get; init; }
}
