using System.Text.Json.Serialization;

namespace Colossus.Cli.Verbs;

/// <summary>JSON of <c>data inspect --format json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DataReport))]
internal sealed partial class DataJson : JsonSerializerContext;
