using System.Text.Json;

namespace Colossus.Training.Engine;

/// <summary>What a rank tells rank 0 of its file of a checkpoint: one of the two.</summary>
/// <param name="Record">Its file, as <see cref="Checkpoints.ShardRecord.ToJson"/> writes it; null when none was written.</param>
/// <param name="Failure">Why none was; null otherwise.</param>
internal sealed record ShardAnswer(string? Record, ShardFailure? Failure)
{
    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EngineJson.Default.ShardAnswer);

    /// <summary>From JSON of another rank.</summary>
    public static ShardAnswer FromJson(string text) => JsonSerializer.Deserialize(text, EngineJson.Default.ShardAnswer)!;
}
