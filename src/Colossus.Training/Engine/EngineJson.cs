using System.Text.Json.Serialization;

namespace Colossus.Training.Engine;

/// <summary>JSON of what the engine writes into checkpoints and sends between ranks.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ShardAnswer))]
[JsonSerializable(typeof(ShareFacts))]
[JsonSerializable(typeof(TrainerCounters))]
internal sealed partial class EngineJson : JsonSerializerContext;
