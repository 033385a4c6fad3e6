using System.Text.Json;
using Colossus.Checkpoints;

namespace Colossus.Training.Engine;

/// <summary>What a rank tells rank 0 of its part of a checkpoint.</summary>
/// <param name="Hashes">Of the parameters it holds, in canonical order.</param>
/// <param name="Record">Its file, as <see cref="ShardRecord.ToJson"/> writes it; null when none was written.</param>
/// <param name="Error">Why none was; null otherwise, also where there was nowhere to write.</param>
internal sealed record ShardAnswer(IReadOnlyList<ParameterHash> Hashes, string? Record, string? Error)
{
    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EngineJson.Default.ShardAnswer);

    /// <summary>From JSON of another rank.</summary>
    public static ShardAnswer FromJson(string text) => JsonSerializer.Deserialize(text, EngineJson.Default.ShardAnswer)!;
}
