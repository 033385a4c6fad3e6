using System.Text.Json.Serialization;

namespace Colossus.Plan.Traces;

/// <summary>How spans look in JSON: camelCase names, kinds as they are called in code, without what does not apply.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StepSpan))]
internal sealed partial class TraceJson : JsonSerializerContext;
