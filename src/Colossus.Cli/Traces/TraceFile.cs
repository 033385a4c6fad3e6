using System.IO.Compression;
using System.Text.Json;
using Colossus.Cli.Files;
using Colossus.Plan.Traces;

namespace Colossus.Cli.Traces;

/// <summary>
/// Writes spans as a file that Perfetto and Chrome open (Trace Event Format, JSON object with <c>traceEvents</c>). Each row is shown as a process with one thread of what it executes;
/// what goes on beside that stands in tracks of its own.
/// </summary>
internal static class TraceFile
{
    private const int FlushBytes = 1 << 16;

    /// <summary>Writes a file, in place of one that is there.</summary>
    /// <param name="path">Full path; the file is packed with gzip if it ends in <c>.gz</c>.</param>
    /// <param name="rows">Names of the rows, by rank.</param>
    /// <param name="spans">What is drawn, in any order; time 0 is where the first begins.</param>
    /// <param name="messages">Sends and receives, both among the spans, between which arrows are drawn.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, IReadOnlyList<string> rows, IReadOnlyList<StepSpan> spans, IReadOnlyList<(StepSpan Sent, StepSpan Received)> messages) =>
        NewFile.Write(path, file =>
        {
            if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            {
                using var packed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
                WriteJson(packed, rows, spans, messages);
            }
            else
            {
                WriteJson(file, rows, spans, messages);
            }
        });

    private static void WriteJson(Stream file, IReadOnlyList<string> rows, IReadOnlyList<StepSpan> spans, IReadOnlyList<(StepSpan Sent, StepSpan Received)> messages)
    {
        long origin = spans.Count == 0 ? 0 : spans.Min(span => span.Start);
        using var json = new Utf8JsonWriter(file);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        for (int row = 0; row < rows.Count; row++)
        {
            WriteRow(json, row, rows[row]);
        }

        // A span that encloses others comes before them.
        int id = 0;
        foreach (var span in spans.OrderBy(span => span.Start).ThenByDescending(span => span.End))
        {
            if (SpanKinds.IsConcurrent(span.Kind))
            {
                id++;
                WriteEvent(json, "b", span, span.Start - origin, id);
                WriteEvent(json, "e", span, span.End - origin, id);
            }
            else
            {
                WriteEvent(json, "X", span, span.Start - origin);
            }

            if (json.BytesPending > FlushBytes)
            {
                json.Flush();
            }
        }

        foreach (var (sent, received) in messages)
        {
            id++;
            WriteEvent(json, "s", sent, sent.Start - origin, id);

            // The arrow ends in the span that is open at its time: the last moment of the receive, not the first of what follows.
            WriteEvent(json, "f", received, Math.Max(received.Start, received.End - 1) - origin, id);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter json, int row, string name)
    {
        WriteMetadata(json, row, "process_name", () => json.WriteString("name", name));
        WriteMetadata(json, row, "process_sort_index", () => json.WriteNumber("sort_index", row));
        WriteMetadata(json, row, "thread_name", () => json.WriteString("name", "executes"));
    }

    private static void WriteMetadata(Utf8JsonWriter json, int row, string kind, Action writeValue)
    {
        json.WriteStartObject();
        json.WriteString("ph", "M");
        WritePlace(json, row);
        json.WriteString("name", kind);
        json.WriteStartObject("args");
        writeValue();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // Viewers take number 0 for the kernel's idle task.
    private static void WritePlace(Utf8JsonWriter json, int row)
    {
        json.WriteNumber("pid", row + 1);
        json.WriteNumber("tid", row + 1);
    }

    private static void WriteEvent(Utf8JsonWriter json, string phase, StepSpan span, long nanoseconds, int? id = null)
    {
        json.WriteStartObject();
        json.WriteString("ph", phase);
        WritePlace(json, span.Rank);
        json.WriteString("name", phase is "s" or "f" ? "message" : SpanKinds.TitleOf(span.Kind));
        json.WriteString("cat", SpanKinds.CategoryOf(span.Kind));
        json.WriteNumber("ts", Microseconds(nanoseconds));
        if (id is { } number)
        {
            json.WriteNumber("id", number);
        }

        if (phase == "f")
        {
            json.WriteString("bp", "e");
        }

        if (phase == "X")
        {
            json.WriteNumber("dur", Microseconds(span.End - span.Start));
        }

        if (phase is "X" or "b")
        {
            WriteArguments(json, span);
        }

        json.WriteEndObject();
    }

    private static void WriteArguments(Utf8JsonWriter json, StepSpan span)
    {
        json.WriteStartObject("args");
        json.WriteNumber("epoch", span.Epoch);
        json.WriteNumber("step", span.Step);
        foreach (var (name, value) in new[] { ("chunk", span.Chunk), ("microBatch", span.MicroBatch), ("bucket", span.Bucket) })
        {
            if (value is { } number)
            {
                json.WriteNumber(name, number);
            }
        }

        json.WriteEndObject();
    }

    // Exact: decimal has the three places.
    private static decimal Microseconds(long nanoseconds) => nanoseconds / 1000m;
}
