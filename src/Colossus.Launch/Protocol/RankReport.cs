using System.Text.Json.Serialization;

namespace Colossus.Launch.Protocol;

/// <summary>What a worker tells the supervisor: one JSON object a line on its standard output.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ReadyReport), "ready")]
[JsonDerivedType(typeof(JoinedReport), "joined")]
[JsonDerivedType(typeof(AliveReport), "alive")]
[JsonDerivedType(typeof(StepDoneReport), "step")]
[JsonDerivedType(typeof(EvaluationReport), "evaluation")]
[JsonDerivedType(typeof(CheckpointDoneReport), "checkpoint")]
[JsonDerivedType(typeof(CheckpointFailedReport), "checkpointFailed")]
[JsonDerivedType(typeof(ParkedReport), "parked")]
[JsonDerivedType(typeof(TextReport), "text")]
[JsonDerivedType(typeof(FinishedReport), "finished")]
[JsonDerivedType(typeof(FailedReport), "failed")]
public abstract record RankReport;
