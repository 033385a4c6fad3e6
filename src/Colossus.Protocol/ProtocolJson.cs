using System.Text.Json;
using System.Text.Json.Serialization;

namespace Colossus.Protocol;

/// <summary>How orders and reports look on the wire: one line of JSON each, camelCase, <c>"NaN"</c> for a number that is none.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = false,
    AllowOutOfOrderMetadataProperties = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RankOrder))]
[JsonSerializable(typeof(RankReport))]
public sealed partial class ProtocolJson : JsonSerializerContext
{
    /// <summary>The order as a line without a line end.</summary>
    /// <param name="order">Any order.</param>
    public static byte[] Line(RankOrder order) => JsonSerializer.SerializeToUtf8Bytes(order, Default.RankOrder);

    /// <summary>The report as a line without a line end.</summary>
    /// <param name="report">Any report.</param>
    public static byte[] Line(RankReport report) => JsonSerializer.SerializeToUtf8Bytes(report, Default.RankReport);

    /// <summary>Reads an order; null when the line is none.</summary>
    /// <param name="line">A line without a line end.</param>
    public static RankOrder? Order(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, Default.RankOrder);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Reads a report; null when the line is none, as when a library writes on standard output.</summary>
    /// <param name="line">A line without a line end.</param>
    public static RankReport? Report(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, Default.RankReport);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
