using System.Text.Json.Serialization;

namespace Colossus.Launch.Protocol;

/// <summary>JSON of orders and reports.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RankOrder))]
[JsonSerializable(typeof(RankReport))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
