using System.Text.Json;
using Colossus.Checkpoints;

namespace Colossus.Training.Engine;

/// <summary>What a rank finds in its share of the state before anything is written.</summary>
/// <param name="Hashes">Of its parameters, in canonical order.</param>
/// <param name="Broken">Name of the first tensor with a value that is not finite; null when there is none.</param>
internal sealed record ShareFacts(IReadOnlyList<ParameterHash> Hashes, string? Broken)
{
    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EngineJson.Default.ShareFacts);

    /// <summary>From JSON of another rank.</summary>
    public static ShareFacts FromJson(string text) => JsonSerializer.Deserialize(text, EngineJson.Default.ShareFacts)!;
}
