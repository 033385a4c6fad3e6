using System.Text.Json;

namespace Colossus.Data.Sources;

/// <summary>Reads .jsonl files: one JSON object a line with the text in one of its fields. Blank lines and empty texts are passed over.</summary>
internal static class JsonLinesReading
{
    private const int LineLimit = 1 << 30;

    public static IEnumerable<Document> Read(SourceFile file, string field, ProblemList problems, Action<long> at)
    {
        using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
        var buffer = new byte[(int)Math.Clamp(stream.Length + 1, 4, 1 << 20)];
        int start = 0, filled = 0;
        long line = 0, offset = 0;
        while (true)
        {
            var end = buffer.AsSpan(start, filled - start).IndexOf((byte)'\n');
            if (end < 0)
            {
                buffer = MakeRoom(buffer, ref start, ref filled);
                var read = stream.Read(buffer.AsSpan(filled));
                filled += read;
                if (read > 0)
                {
                    continue;
                }

                end = filled - start;
                if (end == 0)
                {
                    yield break;
                }
            }

            line++;
            var bytes = buffer.AsMemory(start, end);
            if (line == 1)
            {
                if (Utf8Text.OtherEncoding(bytes.Span) is { } encoding)
                {
                    problems.Add(Utf8Text.NotUtf8(encoding, file.Path));
                    yield break;
                }

                bytes = bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
            }

            var document = ReadLine(bytes, file, field, line, offset, problems);
            start = Math.Min(start + end + 1, filled);
            offset += end + 1;
            at(offset);
            if (document is not null)
            {
                yield return document;
            }

            if (problems.Full)
            {
                yield break;
            }
        }
    }

    private static byte[] MakeRoom(byte[] buffer, ref int start, ref int filled)
    {
        var length = filled - start;
        var target = length > buffer.Length / 2 ? new byte[checked(Math.Min(LineLimit, buffer.Length * 2))] : buffer;
        if (length == target.Length)
        {
            throw new IOException($"a line is longer than {LineLimit >> 20} MiB");
        }

        buffer.AsSpan(start, length).CopyTo(target);
        (start, filled) = (0, length);
        return target;
    }

    private static Document? ReadLine(
        ReadOnlyMemory<byte> bytes, SourceFile file, string field, long line, long offset, ProblemList problems)
    {
        if (bytes.Span.Trim(" \t\r"u8).IsEmpty)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(bytes);
            return FromObject(json.RootElement, file, field, line, problems);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Bytes that are not UTF-8 are also bad JSON; saying so helps more.
            if (Utf8Text.Decode(bytes.Span, file.Path, offset, problems) is not null)
            {
                problems.Add(Bad(error, file, field, line));
            }
        }

        return null;
    }

    private static CorpusProblem Bad(Exception error, SourceFile file, string field, long line) => error is JsonException json
        ? new CorpusProblem(
            $"not a JSON object: {json.Message.Split(" LineNumber")[0].TrimEnd('.')}",
            "put one whole JSON object on each line",
            file.Path,
            line,
            json.BytePositionInLine + 1)
        : new CorpusProblem(
            $"the field {field} has an escape such as \\ud800 that stands for no character",
            "remove it or write the pair in full",
            file.Path,
            line);

    private static Document? FromObject(JsonElement root, SourceFile file, string field, long line, ProblemList problems)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new CorpusProblem(
                $"expected a JSON object, found {Describe(root.ValueKind)}", $"write {{\"{field}\": \"…\"}} on each line", file.Path, line));
            return null;
        }

        if (!root.TryGetProperty(field, out var value))
        {
            var there = string.Join(", ", root.EnumerateObject().Select(property => property.Name).Take(20));
            problems.Add(new CorpusProblem(
                $"there is no field {field}", there.Length == 0 ? "the object is empty" : $"set data.field to one of those there: {there}", file.Path, line));
            return null;
        }

        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
        {
            problems.Add(new CorpusProblem(
                $"the field {field} is {Describe(value.ValueKind)}, not a string", "set data.field to the field that holds the text", file.Path, line));
            return null;
        }

        if (value.GetString() is not { } text || string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var origin = new DocumentOrigin(
            Text(root, "region"), Text(root, "consent"), Text(root, "collectedAt") ?? Text(root, "collected_at"), Text(root, "subject"));
        var id = Text(root, "id") is { } own ? $"{file.Name}#{own}" : $"{file.Name}:{line}";
        return new Document(id, file.Name, text, Origin: origin.IsEmpty ? null : origin);
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => null,
        }
        : null;

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
