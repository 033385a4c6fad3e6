using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Colossus.Specs.Yaml;

/// <summary>
/// Changes the text of a mapping so that it says what another mapping says, and leaves everything else as it stands: comments, order, quotes, line ends.
/// Values are replaced where they stand; a new key goes behind the last one of its section, in the style of the section.
/// </summary>
/// <remarks>It gives up, and does not guess, where a text has no place for a change. The caller reads the result back: only that shows that it is right.</remarks>
internal sealed partial class YamlEdit
{
    private readonly string text;
    private readonly string lineBreak;
    private readonly bool json;
    private readonly List<(Range Span, string Text)> changes = [];

    private YamlEdit(string text, bool json)
    {
        this.text = text;
        this.json = json;
        lineBreak = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : text.Contains('\n', StringComparison.Ordinal) || !text.Contains('\r', StringComparison.Ordinal) ? "\n" : "\r";
    }

    /// <summary>The changed text; null if there is no place for a change.</summary>
    /// <param name="text">The text of <paramref name="from"/>.</param>
    /// <param name="from">The mapping in the text.</param>
    /// <param name="to">The mapping that is wanted: <paramref name="from"/> with other values and more keys.</param>
    /// <param name="json">Whether the text is JSON and has to stay it.</param>
    public static string? Apply(string text, YamlMap from, YamlMap to, bool json)
    {
        var edit = new YamlEdit(text, json);
        return edit.Change(from, to) ? edit.Changed() : null;
    }

    /// <summary>A node on one line, as YAML in braces and brackets.</summary>
    /// <param name="node">The node.</param>
    /// <param name="json">Whether as JSON.</param>
    public static string Line(YamlNode node, bool json) => node switch
    {
        YamlMap { Entries.Count: > 0 } map => $"{{ {string.Join(", ", map.Entries.Select(entry => $"{Key(entry.Key.Text, json)}: {Line(entry.Value, json)}"))} }}",
        YamlMap => "{}",
        YamlList list => $"[{string.Join(", ", list.Items.Select(item => Line(item, json)))}]",
        YamlScalar { IsNull: true } => "null",
        YamlScalar { Quoted: false } scalar when (json ? JsonWord() : PlainWord()).IsMatch(scalar.Text) => scalar.Text,
        YamlScalar scalar => Quoted(scalar.Text),
        _ => throw new InvariantException("a node is a map, a list or a single value"),
    };

    private static string Key(string key, bool json) => !json && PlainWord().IsMatch(key) ? key : Quoted(key);

    // JSON's escapes are among those of YAML.
    private static string Quoted(string value) => $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private bool Change(YamlMap from, YamlMap to)
    {
        if (from.IsAlias)
        {
            return false;
        }

        var added = new List<(YamlScalar Key, YamlNode Value)>();
        foreach (var (key, value) in to.Entries)
        {
            var (ownKey, old) = from.Entries.FirstOrDefault(entry => entry.Key.Text == key.Text && IsIn(entry.Key.Span, from.Span));
            if (old is null)
            {
                // Also what only a merge key has brought: a key of the section itself counts before it.
                if (from.Find(key.Text) != value)
                {
                    added.Add((key, value));
                }
            }
            else if (!ReferenceEquals(old, value) && !(old is YamlMap { Entries.Count: > 0 } below && value is YamlMap wanted ? Change(below, wanted) : Replace(ownKey, old, value)))
            {
                return false;
            }
        }

        return added.Count == 0 || Add(from, added);
    }

    private bool Replace(YamlScalar key, YamlNode old, YamlNode value)
    {
        if (old is YamlScalar { Quoted: false } scalar && value is YamlScalar { Quoted: false } wanted && scalar.Text == wanted.Text)
        {
            return true;
        }

        if (old is YamlScalar { IsNull: true } && old.Span.Start.Equals(old.Span.End))
        {
            // Nothing stands there yet: behind the colon.
            int colon = text.IndexOf(':', key.Span.End.Value);
            changes.Add(((colon + 1)..(colon + 1), " " + Line(value, json)));
            return colon >= 0;
        }

        bool onLines = old is YamlScalar { IsBlock: true } || (old is YamlMap { InBraces: false } && !old.IsAlias) || (old is YamlList && text[old.Span.Start.Value] != '[');
        changes.Add((old.Span, Line(value, json)));
        return !onLines;
    }

    private bool Add(YamlMap map, List<(YamlScalar Key, YamlNode Value)> added)
    {
        (YamlScalar? Key, YamlNode? Value) last = Own(map).OrderBy(static entry => entry.Key.Span.Start.Value).LastOrDefault();
        if (map.InBraces)
        {
            string entries = string.Join(", ", added.Select(entry => $"{Key(entry.Key.Text, json)}: {Line(entry.Value, json)}"));
            int at = last is not ({ } key, { } value) ? text.IndexOf('{', map.Span.Start.Value) + 1 : EndOf(key, value);
            changes.Add((at..at, last.Key is null ? $" {entries} " : $", {entries}"));
            return at > 0;
        }

        if (last is not ({ } lastKey, { } lastValue) || EndOf(lastKey, lastValue) is not (>= 0 and var end) || IndentOf(lastKey) is not string indent)
        {
            return false;
        }

        // Behind the line, so that a comment at its end stays with it.
        int next = text.AsSpan(end).IndexOfAny("\r\n\u0085\u2028\u2029");
        int place = next < 0 ? text.Length : end + next;
        changes.Add((place..place, string.Concat(added.Select(entry => lineBreak + Lines(entry.Key.Text, entry.Value, indent)))));
        return true;
    }

    private string Lines(string key, YamlNode value, string indent) => value is YamlMap { Entries.Count: > 0 } map
        ? $"{indent}{Key(key, json)}:{string.Concat(map.Entries.Select(entry => lineBreak + Lines(entry.Key.Text, entry.Value, indent + "  ")))}"
        : $"{indent}{Key(key, json)}: {Line(value, json)}";

    // Spaces in front of a key that starts its line; null where something else stands in front of it.
    private string? IndentOf(YamlScalar key)
    {
        int start = key.Span.Start.Value;
        string before = text[..start];
        string indent = YamlText.Lines(before)[^1];
        return indent.All(static letter => letter == ' ') ? indent : null;
    }

    // Where an entry ends that stands in the text; -1 where that cannot be told.
    private static int EndOf(YamlScalar key, YamlNode value) => value switch
    {
        { IsAlias: true } => value.Span.End.Value,
        YamlScalar { IsNull: true } when value.Span.Start.Equals(value.Span.End) => key.Span.End.Value,
        YamlScalar { IsBlock: true } => -1,
        YamlMap { InBraces: false } map => Own(map).Select(static entry => EndOf(entry.Key, entry.Value)).DefaultIfEmpty(-1).Max(),
        YamlList { Items: [.., { } item] } list when item.Span.End.Value >= list.Span.End.Value => EndOf(key, item),
        _ => value.Span.End.Value,
    };

    // Those that stand in its own text: not what an alias has brought, but the merge key by which it came.
    private static IEnumerable<(YamlScalar Key, YamlNode Value)> Own(YamlMap map) =>
        map.Entries.Where(entry => IsIn(entry.Key.Span, map.Span)).Concat(map.Merge is { } merge ? [merge] : []);

    private static bool IsIn(Range span, Range outer) => span.Start.Value >= outer.Start.Value && span.End.Value <= outer.End.Value && !span.Equals(default);

    private string Changed()
    {
        // From the end, so that places stay right; of several at one place the last first.
        var result = new StringBuilder(text);
        foreach (var (span, replacement) in changes.Index().OrderByDescending(static change => change.Item.Span.Start.Value).ThenByDescending(static change => change.Index).Select(static change => change.Item))
        {
            (int start, int length) = span.GetOffsetAndLength(text.Length);
            result.Remove(start, length).Insert(start, replacement);
        }

        return result.ToString();
    }

    // Letters, digits and what cannot start or end anything in YAML: numbers, words, names of files.
    [GeneratedRegex(@"\A-?[A-Za-z0-9_./+][A-Za-z0-9_./+-]*\z")]
    private static partial Regex PlainWord();

    [GeneratedRegex(@"\A(true|false|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?)\z")]
    private static partial Regex JsonWord();
}
