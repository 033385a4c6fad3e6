using System.Text.Json.Serialization;

namespace Colossus.Data.Shards;

/// <summary>JSON of a corpus folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CorpusInfo))]
[JsonSerializable(typeof(DocumentRecord))]
internal sealed partial class CorpusJson : JsonSerializerContext;
