using System.Text;
using System.Xml;

namespace Colossus.Data.Sources;

/// <summary>Reads the text content of an XML document: elements that follow one another without text between them start a new line.</summary>
internal static class XmlReading
{
    public static IEnumerable<Document> Read(SourceFile file, ProblemList problems, Action<long> at)
    {
        if (Content(file, problems, at) is not { } text || string.IsNullOrWhiteSpace(text))
        {
            yield break;
        }

        if (text.Length <= LongText.WholeUpTo)
        {
            yield return new Document(file.Name, file.Name, text);
            yield break;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        var part = 0;
        for (var start = 0; start < bytes.Length;)
        {
            var length = LongText.FirstPart(bytes.AsSpan(start));
            var piece = Encoding.UTF8.GetString(bytes, start, length);
            start += length;
            if (!string.IsNullOrWhiteSpace(piece))
            {
                yield return new Document($"{file.Name}#{part}", file.Name, piece, part);
                part++;
            }
        }
    }

    private static string? Content(SourceFile file, ProblemList problems, Action<long> at)
    {
        using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        var text = new StringBuilder();
        try
        {
            // No resolver: a corpus file must not make this machine fetch anything.
            using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
            var ended = false;
            while (reader.Read())
            {
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
                {
                    Append(text, reader.Value);
                    ended = false;
                }
                else if (reader.NodeType is XmlNodeType.EndElement)
                {
                    ended = true;
                }
                else if (reader.NodeType is XmlNodeType.Element)
                {
                    if (ended)
                    {
                        Append(text, "\n");
                    }

                    ended = reader.IsEmptyElement;
                }

                at(stream.Position);
            }
        }
        catch (XmlException error)
        {
            problems.Add(new CorpusProblem(
                $"not well-formed XML: {Reason(error)}", "correct it, or rename the file to .txt to read it as plain text", file.Path, error.LineNumber, error.LinePosition));
            return null;
        }

        return text.ToString().Trim();
    }

    // Indentation is layout of the file, not text: white space becomes one space, one line end, or one blank line where it held one.
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
