namespace Colossus.Data.Sources;

/// <summary>Reads .jsonl and .ndjson files: one JSON object a line with the text in one of its fields. Blank lines and empty texts are passed over.</summary>
internal static class JsonLinesReading
{
    public static IEnumerable<Document> Read(SourceFile file, ReadingContext context)
    {
        using var input = SourceInput.Open(file);
        context.Begin(input, file);
        var window = context.Window;
        var records = new JsonRecords(file, context);
        while (!context.Enough && window.FindLine(out var end))
        {
            foreach (var document in records.Read(window.Rest[..end]))
            {
                yield return document;
            }

            window.Take(end + 1);
            context.At(input.Position);
        }
    }
}
