using System.Text.Json;
using System.Text.Json.Serialization;

namespace Colossus.Twin.Reports;

/// <summary>Writes a check as JSON with stable names.</summary>
public static class CheckJson
{
    /// <summary>The JSON text of a report.</summary>
    /// <param name="report">The report.</param>
    public static string Write(CheckReport report) => JsonSerializer.Serialize(report, CheckJsonContext.Default.CheckReport);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckReport))]
internal sealed partial class CheckJsonContext : JsonSerializerContext;
