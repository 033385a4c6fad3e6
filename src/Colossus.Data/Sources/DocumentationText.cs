using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Colossus.Data.Sources;

/// <summary>Prose from .NET XML documentation: one document a type, with its members.</summary>
internal static partial class DocumentationText
{
    private static readonly string[] prose = ["summary", "remarks", "returns", "value", "param", "typeparam", "exception", "example"];

    /// <summary>The documents of a file's members.</summary>
    /// <param name="file">Where they are from.</param>
    /// <param name="members">The <c>members</c> element.</param>
    public static IEnumerable<Document> Read(string file, XElement members)
    {
        foreach (var type in members.Elements("member").GroupBy(member => TypeOf((string?)member.Attribute("name") ?? string.Empty)))
        {
            var text = new StringBuilder();

            // Overloads repeat their sentences to the letter: once is enough to learn from.
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var element in type.SelectMany(member => member.Elements().Where(child => prose.Contains(child.Name.LocalName))))
            {
                string sentence = Flatten(element);
                if (sentence.Length > 0 && seen.Add(sentence))
                {
                    text.Append(sentence).Append('\n');
                }
            }

            if (text.Length > 0)
            {
                yield return new Document($"{file}#{type.Key}", text.ToString(), Document.None);
            }
        }
    }

    /// <summary>An element's text, with references as names and runs of white space as one.</summary>
    public static string Flatten(XElement element)
    {
        var text = new StringBuilder();
        Append(element, text);
        return WhiteSpace().Replace(text.ToString(), " ").Trim();
    }

    private static void Append(XElement element, StringBuilder text)
    {
        foreach (var node in element.Nodes())
        {
            if (node is XText words)
            {
                text.Append(words.Value);
            }
            else if (node is XElement child)
            {
                string? reference = (string?)(child.Attribute("cref") ?? child.Attribute("name") ?? child.Attribute("langword"));
                if (child.IsEmpty && reference is not null)
                {
                    text.Append(ReadableName(reference));
                }

                Append(child, text);
                text.Append(' ');
            }
        }
    }

    // "M:System.String.Join(System.String,System.Object[])" reads as "Join".
    private static string ReadableName(string reference)
    {
        string name = reference.Length > 2 && reference[1] == ':' ? reference[2..] : reference;
        name = name.Split('(')[0];
        name = name[(name.LastIndexOf('.') + 1)..];
        return name.Split('`')[0];
    }

    // "T:A.B" and "M:A.B.C(…)" both belong to A.B.
    private static string TypeOf(string member)
    {
        if (member.Length < 2)
        {
            return member;
        }

        string name = member[2..].Split('(')[0];
        return member[0] == 'T' ? name : name[..Math.Max(0, name.LastIndexOf('.'))];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
