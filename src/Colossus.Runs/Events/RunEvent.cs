using System.Text.Json.Serialization;

namespace Colossus.Runs.Events;

/// <summary>
/// One thing that happened in a run: a line of <c>events.jsonl</c>, and of standard output under <c>--format json</c>.
/// The property <c>event</c> comes first and names the kind.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(StartedEvent), "started")]
[JsonDerivedType(typeof(PlannedEvent), "planned")]
[JsonDerivedType(typeof(CorpusEvent), "corpus")]
[JsonDerivedType(typeof(StepEvent), "step")]
[JsonDerivedType(typeof(EvaluationEvent), "evaluation")]
[JsonDerivedType(typeof(CheckpointEvent), "checkpoint")]
[JsonDerivedType(typeof(CheckpointFailedEvent), "checkpointFailed")]
[JsonDerivedType(typeof(CheckpointPostponedEvent), "checkpointPostponed")]
[JsonDerivedType(typeof(FaultEvent), "fault")]
[JsonDerivedType(typeof(RecoveredEvent), "recovered")]
[JsonDerivedType(typeof(NoteEvent), "note")]
[JsonDerivedType(typeof(TextEvent), "text")]
[JsonDerivedType(typeof(FinishedEvent), "finished")]
public abstract record RunEvent
{
    /// <summary>When it happened, in UTC; written last.</summary>
    [JsonPropertyOrder(100)]
    public DateTimeOffset Time { get; init; }
}
