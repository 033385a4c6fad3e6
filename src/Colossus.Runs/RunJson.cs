using System.Text.Json;
using System.Text.Json.Serialization;
using Colossus.Runs.Events;
using Colossus.Runs.Time;

namespace Colossus.Runs;

/// <summary>How the records of a run folder look in JSON: camelCase names, one line a record, null for a number that is not finite.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = false,
    AllowOutOfOrderMetadataProperties = true,
    Converters = [typeof(FiniteNumberConverter)])]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(MetricRecord))]
[JsonSerializable(typeof(TimeRecord))]
[JsonSerializable(typeof(SupervisorRecord))]
[JsonSerializable(typeof(RunData))]
[JsonSerializable(typeof(RunSummary))]
public sealed partial class RunJson : JsonSerializerContext
{
    /// <summary>The event as one line of JSON without a line end; text stays readable (no escapes of letters and quotes beyond need).</summary>
    /// <param name="runEvent">The event.</param>
    public static string Line(RunEvent runEvent) => JsonSerializer.Serialize(runEvent, Readable.RunEvent);

    /// <summary>The summary as one line of JSON without a line end.</summary>
    /// <param name="summary">The summary.</param>
    public static string Line(RunSummary summary) => JsonSerializer.Serialize(summary, Readable.RunSummary);

    // Made at first use: the order of static initializers over the parts of a partial class is not defined.
    internal static RunJson Readable => readable ??= new(new JsonSerializerOptions(Default.Options)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>For files that people read.</summary>
    internal static RunJson Indented => indented ??= new(new JsonSerializerOptions(Readable.Options) { WriteIndented = true, NewLine = "\n" });

    private static RunJson? readable;
    private static RunJson? indented;
}
