using System.Text.Json;

namespace Colossus.Data.Sources;

/// <summary>
/// Makes documents of JSON objects: the text is in the field asked for, where it came from in <c>id</c>, <c>region</c>, <c>consent</c>, <c>collectedAt</c>
/// and <c>subject</c>. Fields that are not asked for are only read over, however deep they go.
/// </summary>
internal sealed class JsonRecords(SourceFile file, ReadingContext context)
{
    /// <summary>Depth is no mistake: the reader keeps one bit a level, so there is nothing to protect.</summary>
    public static JsonReaderOptions Options { get; } = new() { MaxDepth = int.MaxValue };

    /// <summary>Reads the value at the window's place.</summary>
    /// <param name="json">Its bytes; they are in the window until the documents have been taken.</param>
    /// <returns>One document, several parts of a long one, or none.</returns>
    public IEnumerable<Document> Read(ReadOnlyMemory<byte> json)
    {
        if (json.Span.Trim(" \t\r"u8).IsEmpty || Find(json.Span) is not { } found || !Check(json, found, out var text))
        {
            return [];
        }

        var origin = new DocumentOrigin(found.Region, found.Consent, found.CollectedAt, found.Subject);
        var whole = found.Id is { } own ? $"{file.Name}#{own}" : $"{file.Name}:{context.Window.Line}";
        return LongText.Documents(whole, file.Name, text, origin.IsEmpty ? null : origin);
    }

    private JsonFields? Find(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonFields.Find(json, context.Field);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Bytes that are not UTF-8 are also bad JSON; saying so helps more.
            var invalid = Utf8Text.FirstInvalid(json);
            context.BadLine(invalid >= 0 ? Utf8Text.Invalid(json[invalid], file.Path, context.Window.Offset + invalid)
                : error is JsonException bad ? NoJson(bad, json)
                : Bad("a name or value has an escape such as \\ud800 that stands for no character", "remove it or write the pair in full"));
        }

        return null;
    }

    private bool Check(ReadOnlyMemory<byte> json, JsonFields found, out ReadOnlyMemory<byte> text)
    {
        text = default;
        var field = context.Field;
        if (found.Root != JsonTokenType.StartObject)
        {
            var hint = found.Root == JsonTokenType.StartArray ? "; if the file is one array, name it .json" : "";
            context.BadLine(Bad($"expected a JSON object, found {Describe(found.Root)}", $"write {{\"{field}\": \"…\"}}{hint}"));
            return false;
        }

        if (found.Routes.Count > 1)
        {
            context.BadLine(Bad($"the field {field} is there more than once: {string.Join(" and ", found.Routes)}", "rename one of them, so that there is one text"));
            return false;
        }

        if (found.Text is not var (type, start, length, escaped))
        {
            context.BadLine(Missing(json.Span, field));
            return false;
        }

        if (type is not (JsonTokenType.String or JsonTokenType.Null))
        {
            var texts = JsonFields.TextPaths(json.Span);
            var next = texts.Count == 0 ? "set data.field to the field that holds the text" : $"set data.field to a field that holds text: {string.Join(", ", texts)}";
            context.BadLine(Bad($"the field {field} is {Describe(type)}, not a string", next));
            return false;
        }

        if (type == JsonTokenType.Null)
        {
            return false;
        }

        text = json.Slice(start, length);
        var invalid = Utf8Text.FirstInvalid(text.Span);
        if (invalid >= 0)
        {
            context.BadLine(Utf8Text.Invalid(text.Span[invalid], file.Path, context.Window.Offset + start + invalid) with { Line = context.Window.Line });
            return false;
        }

        return !escaped || Unescape(json.Span, start, ref text);
    }

    private bool Unescape(ReadOnlySpan<byte> json, int start, ref ReadOnlyMemory<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(json.Slice(start - 1, text.Length + 2));
            reader.Read();
            var plain = new byte[text.Length];
            text = plain.AsMemory(0, reader.CopyString(plain));
            return true;
        }
        catch (InvalidOperationException)
        {
            context.BadLine(Bad($"the field {context.Field} has an escape such as \\ud800 that stands for no character", "remove it or write the pair in full"));
            return false;
        }
    }

    private CorpusProblem Missing(ReadOnlySpan<byte> json, string field)
    {
        var texts = JsonFields.TextPaths(json);
        return Bad($"there is no field {field}", texts.Count == 0 ? "the object holds no text" : $"set data.field to one of those there: {string.Join(", ", texts)}");
    }

    private CorpusProblem NoJson(JsonException error, ReadOnlySpan<byte> json)
    {
        var line = error.LineNumber ?? 0;
        var column = error.BytePositionInLine ?? 0;
        var window = context.Window;
        var at = AtPlace(json, line, column);
        var constant = at.StartsWith("NaN"u8) ? "NaN" : at.StartsWith("Infinity"u8) || at.StartsWith("-Infinity"u8) ? "Infinity" : null;
        return new CorpusProblem(
            constant is null ? $"not a JSON object: {error.Message.Split(" LineNumber")[0].TrimEnd('.')}" : $"not a JSON object: {constant} is no JSON",
            constant is null
                ? $"{(file.Kind == SourceKind.JsonLines ? "put one whole JSON object on each line" : "correct it")}, or pass over bad lines with data.onBadLine: skip"
                : "write null in its place (in Python: json.dumps(…, allow_nan=False) finds them), or pass over bad lines with data.onBadLine: skip",
            file.Path,
            window.Line + line,
            column + (line == 0 ? window.Column : 1));
    }

    private static ReadOnlySpan<byte> AtPlace(ReadOnlySpan<byte> json, long line, long column)
    {
        for (; line > 0; line--)
        {
            json = json[(json.IndexOf((byte)'\n') + 1)..];
        }

        // The reader points behind the sign of -Infinity.
        return json[(int)Math.Min(column, json.Length)..];
    }

    private CorpusProblem Bad(string what, string next) => new(what, next, file.Path, context.Window.Line);

    private static string Describe(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        _ => "null",
    };
}
