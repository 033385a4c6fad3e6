using Colossus.Specs.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Colossus.Specs.Yaml;

/// <summary>
/// Makes nodes with places from YamlDotNet's events. Unlike its representation model it reports all duplicate keys, not the first alone,
/// and has bounds for what a hostile file could make large: depth, and the size with all aliases written out, which bounds their depth too. Merge keys (<c>&lt;&lt;: *base</c>) are resolved here.
/// </summary>
internal sealed class YamlParser
{
    private const int deepestNesting = 32;
    private const long largestTree = 100_000;

    private readonly IParser parser;
    private readonly Func<Mark, Mark, SourcePlace> placeOf;
    private readonly DiagnosticBag bag;
    private readonly Dictionary<string, YamlNode?> anchors = [];
    private readonly HashSet<YamlNode> shared = new(ReferenceEqualityComparer.Instance);

    private YamlParser(IParser parser, Func<Mark, Mark, SourcePlace> placeOf, DiagnosticBag bag)
    {
        this.parser = parser;
        this.placeOf = placeOf;
        this.bag = bag;
    }

    /// <summary>Reads a text of one document.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="placeOf">Makes a place of two marks of the text.</param>
    /// <param name="bag">Takes the mistakes.</param>
    /// <returns>Null when there is nothing in the text, or a mistake was found.</returns>
    public static YamlNode? Parse(string text, Func<Mark, Mark, SourcePlace> placeOf, DiagnosticBag bag) => Parse(text, placeOf, bag, out _);

    /// <inheritdoc cref="Parse(string, Func{Mark, Mark, SourcePlace}, DiagnosticBag)"/>
    /// <param name="shared">The nodes to which an alias refers.</param>
    public static YamlNode? Parse(string text, Func<Mark, Mark, SourcePlace> placeOf, DiagnosticBag bag, out IReadOnlySet<YamlNode> shared)
    {
        shared = new HashSet<YamlNode>();
        try
        {
            var reader = new YamlParser(new Parser(new PatientScanner(new Scanner(new StringReader(text)))), placeOf, bag);
            shared = reader.shared;
            return reader.ReadStream();
        }
        catch (YamlException error)
        {
            bool tab = error.Message.Contains("invalid tab", StringComparison.Ordinal);
            var at = tab ? FirstTab(text) : error.Start;
            bag.Error(
                placeOf(at, tab ? at : error.End),
                ErrorCode.Syntax,
                $"this is no YAML: {Sentence(error)}",
                tab ? "indent with spaces" : "check indentation, brackets and quotes here and on the line above");
            return null;
        }
    }

    // Of a tab the library does not say where it is.
    private static Mark FirstTab(string text)
    {
        string[] lines = YamlText.Lines(text);
        int line = Array.FindIndex(lines, static line => line[..^line.TrimStart().Length].Contains('\t', StringComparison.Ordinal));
        return line < 0 ? Mark.Empty : new Mark(0, line + 1, lines[line].IndexOf('\t', StringComparison.Ordinal) + 1);
    }

    private static string Sentence(YamlException error)
    {
        // Newer versions of the library put the marks in front of the message; the place says it already.
        string message = error.Message;
        int marks = message.IndexOf("): ", StringComparison.Ordinal);
        message = message.StartsWith('(') && marks > 0 ? message[(marks + 3)..] : message;
        return message.TrimEnd('.');
    }

    private YamlNode? ReadStream()
    {
        Next(); // the start of the stream
        if (Next() is not DocumentStart)
        {
            return null;
        }

        var root = ReadNode(Next(), depth: 0);
        Next(); // the end of the document
        if (Next() is DocumentStart second)
        {
            bag.Error(placeOf(second.Start, second.End), ErrorCode.Syntax, "a second document starts here", "write one document a file");
        }

        return root;
    }

    /// <summary>The next event. On some broken texts the library throws what is no <see cref="YamlException"/>; to a reader they are all the same.</summary>
    private ParsingEvent Next()
    {
        var before = parser.Current?.End ?? Mark.Empty;
        try
        {
            return parser.MoveNext() ? parser.Current! : throw new YamlException(before, before, "the text ends too early");
        }
        catch (Exception error) when (error is not YamlException and not OutOfMemoryException)
        {
            throw new YamlException(before, before, "what follows here cannot be understood", error);
        }
    }

    private YamlNode ReadNode(ParsingEvent next, int depth)
    {
        var place = placeOf(next.Start, next.End);
        if (depth > deepestNesting)
        {
            throw new YamlException(next.Start, next.End, $"brackets or indentation go deeper than {deepestNesting} levels");
        }

        if (next is AnchorAlias alias)
        {
            return Resolve(alias, place);
        }

        string? anchor = next is NodeEvent { Anchor.IsEmpty: false } named ? named.Anchor.Value : null;
        if (anchor is not null)
        {
            anchors[anchor] = null;
        }

        YamlNode node = next switch
        {
            Scalar scalar => new YamlScalar(scalar.Value, scalar.Style is not ScalarStyle.Plain, place) { IsBlock = scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded },
            SequenceStart => ReadList(place, depth),
            MappingStart map => ReadMap(place, depth) with { InBraces = map.Style == MappingStyle.Flow },
            _ => throw new YamlException(next.Start, next.End, "a value is expected here"),
        };
        if (node.Size > largestTree)
        {
            throw new YamlException(next.Start, next.End, $"there are more than {largestTree} values in it");
        }

        // The library ends a list or mapping in brackets in front of the bracket.
        bool inBrackets = next is MappingStart { Style: MappingStyle.Flow } or SequenceStart { Style: SequenceStyle.Flow };
        int end = (int)parser.Current!.End.Index + (inBrackets ? 1 : 0);
        node = node with { Span = (int)next.Start.Index..end };

        if (anchor is not null)
        {
            anchors[anchor] = node;
        }

        return node;
    }

    private YamlNode Resolve(AnchorAlias alias, SourcePlace place)
    {
        if (anchors.GetValueOrDefault(alias.Value.Value) is { } node)
        {
            // A mistake in a value that is used twice is shown where it stands.
            shared.Add(node);
            YamlNode copy = node with { Span = (int)alias.Start.Index..(int)alias.End.Index, IsAlias = true };
            return copy;
        }

        bag.Error(place, ErrorCode.Syntax, $"*{YamlText.Shown(alias.Value.Value)} refers to an anchor that is not complete before it", "define the anchor first, or put a text that starts with * in quotes");
        return new YamlScalar(string.Empty, Quoted: true, place);
    }

    private YamlList ReadList(SourcePlace place, int depth)
    {
        var items = new List<YamlNode>();
        for (var next = Next(); next is not SequenceEnd; next = Next())
        {
            items.Add(ReadNode(next, depth + 1));
        }

        return new YamlList(items, place);
    }

    private YamlMap ReadMap(SourcePlace place, int depth)
    {
        var entries = new List<(YamlScalar Key, YamlNode Value)>();
        var first = new Dictionary<string, SourcePlace>();
        (YamlScalar Key, YamlNode Value)? merge = null;
        for (var next = Next(); next is not MappingEnd; next = Next())
        {
            var key = ReadNode(next, depth + 1);
            var value = ReadNode(Next(), depth + 1);
            if (key is not YamlScalar name)
            {
                bag.Error(key.Place, ErrorCode.WrongType, "a key is one word, not a list or a section");
            }
            else if (first.TryGetValue(name.Text, out var before))
            {
                bag.Error(name.Place, ErrorCode.DuplicateKey, $"{YamlText.Shown(name.Text)} stands twice in one section, first on line {before.Line}", "keep one of them");
            }
            else
            {
                first[name.Text] = name.Place;
                if (name is { Text: "<<", Quoted: false })
                {
                    merge = (name, value);
                }
                else
                {
                    entries.Add((name, value));
                }
            }
        }

        foreach (var (key, value) in merge is null ? [] : Merged(merge.Value.Value))
        {
            // What the section says itself counts, wherever the merge key stands; of several merged sections the first.
            if (first.TryAdd(key.Text, key.Place))
            {
                entries.Add((key, value));
            }
        }

        return new YamlMap(entries, place) { Merge = merge };
    }

    private IEnumerable<(YamlScalar Key, YamlNode Value)> Merged(YamlNode value)
    {
        IReadOnlyList<YamlNode> sections = value is YamlList { Items: var items } ? items : [value];
        foreach (var section in sections)
        {
            if (section is not YamlMap map)
            {
                bag.Error(section.Place, ErrorCode.WrongType, "<< takes the keys of other sections, and this is none", "write it as in <<: *name or <<: [*one, *two]");
                continue;
            }

            foreach (var entry in map.Entries)
            {
                yield return entry;
            }
        }
    }
}
