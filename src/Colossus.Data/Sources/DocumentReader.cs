using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace Colossus.Data.Sources;

/// <summary>Reads documents from files of the known kinds.</summary>
public static class DocumentReader
{
    private static readonly UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The documents of a file, in order.</summary>
    /// <param name="file">The file; its extension tells the kind.</param>
    /// <param name="field">Field or column of the text, for JSONL and Parquet.</param>
    /// <exception cref="CorpusException">The file cannot be read as its kind; says where.</exception>
    public static IEnumerable<Document> Read(string file, string field) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".jsonl" => ReadJsonLines(file, field),
        ".xml" => ReadXml(file),
        ".parquet" => ParquetDocuments.Read(file, field),
        _ => OfText(file, ReadUtf8(file)),
    };

    private static IEnumerable<Document> OfText(string origin, string text) =>
        string.IsNullOrWhiteSpace(text) ? [] : [new Document(origin, text, Document.None)];

    private static string ReadUtf8(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        var content = bytes.AsSpan();
        content = content.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? content[3..] : content;
        try
        {
            return strict.GetString(content);
        }
        catch (DecoderFallbackException error)
        {
            int offset = error.Index + (bytes.Length - content.Length);
            throw new CorpusException(
                $"{file}: byte {offset} is not UTF-8 text; convert it first, as with: iconv -f latin1 -t utf-8 {Path.GetFileName(file)}");
        }
    }

    private static IEnumerable<Document> ReadJsonLines(string file, string field)
    {
        int number = 0;
        foreach (string line in ReadUtf8(file).Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return ParseLine(file, number, line, field);
            }
        }
    }

    private static Document ParseLine(string file, int number, string line, string field)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new CorpusException($"{file}:{number}: a line is a JSON object, as {{\"{field}\": \"…\"}}");
            }

            if (!json.RootElement.TryGetProperty(field, out var text) || text.ValueKind != JsonValueKind.String)
            {
                string there = string.Join(", ", json.RootElement.EnumerateObject().Select(property => property.Name));
                throw new CorpusException($"{file}:{number}: no text in field '{field}'; there are: {there}. Set data.field");
            }

            var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in json.RootElement.EnumerateObject().Where(p => p.Name != field && p.Value.ValueKind == JsonValueKind.String))
            {
                metadata[property.Name] = property.Value.GetString()!;
            }

            return new Document($"{file}:{number}", text.GetString()!, metadata);
        }
        catch (JsonException error)
        {
            throw new CorpusException($"{file}:{number}:{(error.BytePositionInLine ?? 0) + 1}: not JSON: {error.Message.Split(". Path")[0]}");
        }
    }

    private static IEnumerable<Document> ReadXml(string file)
    {
        XDocument xml;
        try
        {
            xml = XDocument.Parse(ReadUtf8(file));
        }
        catch (XmlException error)
        {
            throw new CorpusException($"{file}:{error.LineNumber}:{error.LinePosition}: not XML: {error.Message}");
        }

        return xml.Root is { Name.LocalName: "doc" } root && root.Element("members") is { } members
            ? DocumentationText.Read(file, members)
            : OfText(file, DocumentationText.Flatten(xml.Root!));
    }
}
