using System.Text.Json.Serialization;
using Colossus.Cli.Machine;

namespace Colossus.Cli.Workers;

/// <summary>JSON of the worker's answers and of what is cached of them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WorkerProbe))]
[JsonSerializable(typeof(PeakRecord))]
internal sealed partial class WorkerJson : JsonSerializerContext;
