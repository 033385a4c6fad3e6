using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Xml;

namespace Colossus.Data.Sources;

/// <summary>
/// Reads .NET's XML documentation as English documents: one for each type with its members, so that a document has something to say.
/// Members of very small types share a document by namespace; very large types are cut between members. A member whose text was there
/// before, word for word (overloads, generated code), is left out, as is a line that its document already has.
/// </summary>
internal sealed class DotnetDocsReader(ReadingContext context)
{
    private const int CloseAfter = 16 << 10;
    private const int SmallType = 1 << 10;

    private readonly HashSet<UInt128> said = [];
    private readonly DocumentationProse prose = new();

    public IEnumerable<Document> Read(SourceFile file)
    {
        using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16);
        using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        var text = new StringBuilder();
        var lines = new HashSet<string>(StringComparer.Ordinal);
        var documentsOf = new Dictionary<string, int>(StringComparer.Ordinal);
        string? type = null;
        var first = "";

        // A document is named after its first type; a large type, or one that comes up again, has several.
        Document Close()
        {
            var number = documentsOf[first] = documentsOf.GetValueOrDefault(first) + 1;
            var document = new Document($"{file.Name}#{first}{(number == 1 ? "" : $"+{number}")}", file.Name, text.ToString().TrimEnd());
            text.Clear();
            lines.Clear();
            return document;
        }

        while (NextMember(reader, file))
        {
            context.At(stream.Position);
            var identifier = reader.GetAttribute("name") ?? "";
            if (Read(reader, file) is not { } body)
            {
                yield break;
            }

            if (body.Length == 0 || !said.Add(Hash(body)))
            {
                continue;
            }

            var owner = DocumentationName.TypeOf(identifier);
            if (owner != type)
            {
                var together = type is not null && text.Length < SmallType && DocumentationName.NamespaceOf(owner) == DocumentationName.NamespaceOf(type);
                if (text.Length > 0 && !together)
                {
                    yield return Close();
                }

                first = text.Length == 0 ? owner : first;
                type = owner;
                Heading(text, owner);
            }
            else if (text.Length > CloseAfter)
            {
                yield return Close();
                first = owner;
                Heading(text, owner);
            }

            Add(text, lines, identifier, body);
        }

        if (text.Length > 0)
        {
            yield return Close();
        }
    }

    private static void Heading(StringBuilder text, string type) => text.Append(text.Length > 0 ? "\n" : "").Append(type).Append('\n');

    private void Add(StringBuilder text, HashSet<string> lines, string identifier, string body)
    {
        if (!identifier.StartsWith("T:", StringComparison.Ordinal))
        {
            text.Append('\n').Append(DocumentationName.MemberOf(identifier));
            if (identifier.StartsWith("M:", StringComparison.Ordinal))
            {
                text.Append('(').AppendJoin(", ", prose.Parameters).Append(')');
            }

            text.Append('\n');
        }

        foreach (var line in body.Split('\n'))
        {
            if (lines.Add(line))
            {
                text.Append(line).Append('\n');
            }
        }
    }

    private bool NextMember(XmlReader reader, SourceFile file)
    {
        try
        {
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element && reader.Name == "member")
                {
                    return true;
                }
            }
        }
        catch (XmlException error)
        {
            Report(error, file);
        }

        return false;
    }

    private string? Read(XmlReader reader, SourceFile file)
    {
        try
        {
            return prose.Read(reader);
        }
        catch (XmlException error)
        {
            Report(error, file);
            return null;
        }
    }

    private void Report(XmlException error, SourceFile file) => context.Problem(new CorpusProblem(
        $"not well-formed XML: {error.Message.Split(" Line ")[0].TrimEnd('.')}", "repair the SDK's installation", file.Path, error.LineNumber, error.LinePosition));

    private static UInt128 Hash(string text)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
