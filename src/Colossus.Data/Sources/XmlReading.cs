using System.Text;
using System.Xml;

namespace Colossus.Data.Sources;

/// <summary>Reads the text content of an XML document: elements that follow one another without text between them start a new line.</summary>
internal static class XmlReading
{
    // A text is cut as soon as there is so much of it: a document may be larger than memory.
    private const int CutAbove = 2 * LongText.WholeUpTo;

    public static IEnumerable<Document> Read(SourceFile file, ReadingContext context)
    {
        using var input = SourceInput.Open(file);

        // No resolver: a corpus file must not make this machine fetch anything.
        using var reader = XmlReader.Create(input.Data, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        var text = new StringBuilder();
        var ended = false;
        var part = 0;
        while (Next(reader, text, ref ended))
        {
            context.At(input.Position);
            if (text.Length > CutAbove)
            {
                foreach (var document in Cut(file, text, LongText.AnywhereAt, part))
                {
                    yield return document;
                    part++;
                }
            }
        }

        if (part == 0 && text.Length <= LongText.WholeUpTo)
        {
            if (!string.IsNullOrWhiteSpace(text.ToString()))
            {
                yield return new Document(file.Name, file.Name, text.ToString());
            }

            yield break;
        }

        foreach (var document in Cut(file, text, 0, part))
        {
            yield return document;
        }
    }

    // The parts at the front of a text; at most so many bytes of it are left.
    private static IEnumerable<Document> Cut(SourceFile file, StringBuilder text, int keep, int part)
    {
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var start = 0;
        while (bytes.Length - start > keep)
        {
            var length = LongText.FirstPart(bytes.AsSpan(start));
            var piece = Encoding.UTF8.GetString(bytes, start, length);
            start += length;
            if (!string.IsNullOrWhiteSpace(piece))
            {
                yield return new Document(file.Name, file.Name, piece, part++);
            }
        }

        text.Clear().Append(Encoding.UTF8.GetString(bytes, start, bytes.Length - start));
    }

    private static bool Next(XmlReader reader, StringBuilder text, ref bool ended)
    {
        try
        {
            if (!reader.Read())
            {
                return false;
            }

            switch (reader.NodeType)
            {
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    Append(text, reader.Value);
                    ended = false;
                    break;
                case XmlNodeType.EndElement:
                    ended = true;
                    break;
                case XmlNodeType.Element:
                    Append(text, ended ? "\n" : "");
                    ended = reader.IsEmptyElement;
                    break;
            }

            return true;
        }
        catch (XmlException error)
        {
            throw new SourceException($"not well-formed XML: {Reason(error)}", "correct the file", error.LineNumber, error.LinePosition);
        }
    }

    private static void Append(StringBuilder text, string value)
    {
        for (var i = 0; i < value.Length;)
        {
            if (!char.IsWhiteSpace(value[i]))
            {
                text.Append(value[i++]);
                continue;
            }

            var lines = 0;
            for (; i < value.Length && char.IsWhiteSpace(value[i]); i++)
            {
                lines += value[i] == '\n' ? 1 : 0;
            }

            if (lines == 0)
            {
                if (text.Length > 0 && !char.IsWhiteSpace(text[^1]))
                {
                    text.Append(' ');
                }
            }
            else if (text.Length > 0 && text[^1] != '\n')
            {
                text.Append(lines > 1 ? "\n\n" : "\n");
            }
        }
    }

    private static string Reason(XmlException error) => error.Message.Split(" Line ")[0].TrimEnd('.').ReplaceLineEndings(" ");
}
