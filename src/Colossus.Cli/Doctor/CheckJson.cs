using System.Text.Json.Serialization;

namespace Colossus.Cli.Doctor;

/// <summary>JSON of <c>doctor --format json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<Check>))]
internal sealed partial class CheckJson : JsonSerializerContext;
