using System.Globalization;
using Colossus.Specs.Diagnostics;
using Colossus.Specs.Units;

namespace Colossus.Specs.Yaml;

/// <summary>
/// One mapping of a file, read key by key. A method that finds a mistake reports it and gives the default, so that reading goes on and finds the others;
/// <see cref="End"/> reports the keys that nobody asked for.
/// </summary>
public sealed class YamlSection
{
    private readonly YamlSource source;
    private readonly string path;
    private readonly SourcePlace place;
    private readonly YamlMap? map;
    private readonly bool broken;
    private readonly List<string> known = [];
    private readonly List<(string Key, string Advice)> missing = [];

    private YamlSection(YamlSource source, string path, SourcePlace place, YamlMap? map, bool broken = false)
    {
        this.source = source;
        this.path = path;
        this.place = place;
        this.map = map;
        this.broken = broken;
    }

    /// <summary>Whether the file has this section, and it is one.</summary>
    public bool Exists => map is not null;

    /// <summary>A mapping below this one; empty when it is not there, or has no value.</summary>
    public YamlSection Section(string key)
    {
        var node = Find(key);
        if (node is YamlMap child)
        {
            return new YamlSection(source, PathOf(key), map!.Entries.First(entry => entry.Key.Text == key).Key.Place, child);
        }

        if (node is null or YamlScalar { IsNull: true })
        {
            return new YamlSection(source, PathOf(key), node?.Place ?? place, null, broken);
        }

        Wrong(key, node, ErrorCode.WrongType, $"{PathOf(key)} is {Kind(node)}, not a section of keys", $"write it as in {key}: {{ key: value }}");
        return new YamlSection(source, PathOf(key), node.Place, null, broken: true);
    }

    /// <summary>The mappings of a list; empty when it is not there.</summary>
    public IReadOnlyList<YamlSection> Sections(string key)
    {
        var node = Find(key);
        if (node is null or YamlScalar { IsNull: true })
        {
            return [];
        }

        if (node is YamlList { Items: var items } && items.All(static item => item is YamlMap))
        {
            return [.. items.Select((item, index) => new YamlSection(source, $"{PathOf(key)}[{index}]", item.Place, (YamlMap)item))];
        }

        var at = (node as YamlList)?.Items.First(static item => item is not YamlMap) ?? node;
        Wrong(key, at, ErrorCode.WrongType, $"{PathOf(key)} is a list of sections, not {Kind(at)}", $"write it as in {key}: [{{ key: value }}]");
        return [];
    }

    /// <summary>A whole number.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="otherwise">What it is without the key; null when the key must be there.</param>
    /// <param name="least">The least that is allowed.</param>
    /// <param name="most">The most that is allowed.</param>
    public int Whole(string key, int? otherwise, int least = 1, int most = int.MaxValue) => (int)Integer(key, otherwise, least, most);

    /// <summary>A whole number of 64 bits.</summary>
    /// <inheritdoc cref="Whole"/>
    public long Long(string key, long? otherwise, long least = 1, long most = long.MaxValue) => (long)Integer(key, otherwise, least, most);

    /// <summary>A whole number of 64 bits without a sign.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="otherwise">What it is without the key.</param>
    public ulong Natural(string key, ulong otherwise) => (ulong)Integer(key, otherwise, 0, ulong.MaxValue);

    /// <summary>A number, also as in <c>1e-3</c>.</summary>
    /// <inheritdoc cref="Whole"/>
    public double Real(string key, double? otherwise, double least, double most) =>
        Read(key, otherwise ?? least, otherwise is null, "a number", static text => Finite(text), value => value >= least && value <= most, Range(Shown(least), Shown(most)));

    /// <summary>A number between two others, neither of which is allowed.</summary>
    /// <inheritdoc cref="Whole"/>
    public double Between(string key, double otherwise, double least, double most) => Read(
        key,
        otherwise,
        required: false,
        "a number",
        static text => Finite(text),
        value => value > least && value < most,
        double.IsPositiveInfinity(most) ? $"use more than {Shown(least)}" : $"use a number between {Shown(least)} and {Shown(most)}, neither of them");

    /// <summary>A time: a number with <c>us</c>, <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>.</summary>
    /// <inheritdoc cref="Whole"/>
    public TimeSpan Duration(string key, TimeSpan otherwise, TimeSpan least, TimeSpan most) => Read(
        key,
        otherwise,
        required: false,
        "a time such as 0.5s, 500ms, 20m or 2d",
        static text => Seconds.TryParse(text, out var time) && Math.Abs(time.Value) < 1e9 ? time.ToTimeSpan() : null,
        value => value >= least && value <= most,
        Range(Seconds.FromTimeSpan(least).ToString(), Seconds.FromTimeSpan(most).ToString()),
        quotes: true);

    /// <summary>An amount of data: a number with <c>B</c>, <c>KiB</c>, <c>MB</c>, <c>GiB</c> …</summary>
    /// <inheritdoc cref="Whole"/>
    public Bytes Size(string key, Bytes otherwise, Bytes least, Bytes most) => Read(
        key,
        otherwise,
        required: false,
        "an amount of data such as 80 GiB",
        static text => Bytes.TryParse(text, out var size) ? size : null,
        value => value >= least && value <= most,
        Range(least.ToString(), most.ToString()),
        quotes: true);

    /// <summary>Yes or no: <c>true</c> or <c>false</c>.</summary>
    public bool Flag(string key, bool otherwise) => Word(key, ["true", "false"]) switch { "true" => true, "false" => false, _ => otherwise };

    /// <summary>One value of an enumeration, by its word in job files.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="otherwise">What it is without the key.</param>
    /// <typeparam name="T">The enumeration; <see cref="EnumWords"/> has its words.</typeparam>
    public T Choice<T>(string key, T otherwise)
        where T : struct, Enum =>
        Word(key, EnumWords.All<T>()) is { } word ? EnumWords.Find<T>(word)!.Value : otherwise;

    /// <summary>One of some words; null without the key.</summary>
    public string? Word(string key, IReadOnlyList<string> words)
    {
        var node = Find(key);
        if (node is null || (node is YamlScalar { Text: var text } && words.Contains(text)))
        {
            return (node as YamlScalar)?.Text;
        }

        string written = (node as YamlScalar)?.Text ?? string.Empty;
        string hint = Suggestions.Nearest(written, words) is { } near ? $"did you mean {near}? allowed are {string.Join(", ", words)}" : $"use {Suggestions.List(words)}";
        Wrong(key, node, ErrorCode.NotAllowed, $"{PathOf(key)} is {Kind(node)}", hint);
        return null;
    }

    /// <summary>A text; null without the key.</summary>
    public string? Text(string key)
    {
        var node = Find(key);
        string? text = node is null ? null : TextOf(node);
        if (node is not null && text is null)
        {
            Wrong(key, node, ErrorCode.WrongType, $"{PathOf(key)} is {Kind(node)}, not a text", "give a text, or remove the key");
        }

        return text;
    }

    /// <summary>A list of texts, or a single one; null without the key.</summary>
    public IReadOnlyList<string>? Texts(string key)
    {
        var node = Find(key);
        var items = node switch { null => null, YamlList list => list.Items, _ => [node] };
        var wrong = items?.FirstOrDefault(static item => TextOf(item) is null);
        if (wrong is not null)
        {
            Wrong(key, wrong, ErrorCode.WrongType, $"{PathOf(key)} is a text or a list of texts, not {Kind(wrong)}", $"write it as in {key}: [one, two]");
            return null;
        }

        return items is null ? null : [.. items.Select(static item => TextOf(item)!)];
    }

    /// <summary>Whether a key is there.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>Whether a key is there and says that there is no value.</summary>
    public bool IsNull(string key) => Find(key) is YamlScalar { IsNull: true };

    /// <summary>Whether a key is there with this word.</summary>
    public bool IsWord(string key, string word) => Find(key) is YamlScalar scalar && scalar.Text == word;

    /// <summary>Adds a mistake at a key's value, or at the section when the key is not there.</summary>
    public void Report(string key, string code, string message, string? advice = null) => Wrong(key, Find(key), code, message, advice);

    /// <summary>Adds the mistake that a key is not there.</summary>
    public void Missing(string key, string advice)
    {
        missing.Add((key, advice));
        source.Spoil(PathOf(key));
    }

    /// <summary>Reports the keys that were not asked for, and those that are missing; of a misspelt one it is told once.</summary>
    public void End()
    {
        var misspelt = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in map?.Entries ?? [])
        {
            // What stands at the top for its anchor alone is read where its aliases stand.
            bool isAnchor = path.Length == 0 && source.IsShared(value);
            if (!known.Contains(key.Text) && !isAnchor)
            {
                string all = $"{(path.Length == 0 ? $"a {source.Kind.Name}" : path)} has {string.Join(", ", known.Distinct())}";
                string? near = Suggestions.Nearest(key.Text, known);
                misspelt.Add(near ?? string.Empty);
                source.Diagnostics.Error(key.Place, ErrorCode.UnknownKey, $"{PathOf(YamlText.Shown(key.Text))} is not a key", near is null ? all : $"did you mean {PathOf(near)}? {all}");
            }
        }

        foreach (var (key, advice) in missing.Where(absent => !broken && !misspelt.Contains(absent.Key)))
        {
            source.Diagnostics.Error(place, ErrorCode.Missing, $"{PathOf(key)} is missing", advice);
        }
    }

    internal static YamlSection Of(YamlSource source, YamlMap root) => new(source, string.Empty, SourcePlace.StartOf(source.File), root);

    private static double? Finite(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null;

    private static string Shown(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Range(string least, string most) => $"use {least} to {most}";

    private static string? TextOf(YamlNode node) => node is YamlScalar { IsNull: false } scalar && !scalar.Text.Contains('\0', StringComparison.Ordinal) ? scalar.Text : null;

    private static string Kind(YamlNode node) => node switch
    {
        YamlList => "a list",
        YamlMap => "a section",
        YamlScalar { IsNull: true } => "empty",
        YamlScalar { Text: var text } => $"'{YamlText.Shown(text)}'",
        _ => "something else",
    };

    private Int128 Integer(string key, Int128? otherwise, Int128 least, Int128 most) => Read<Int128>(
        key,
        otherwise ?? least,
        otherwise is null,
        "a whole number",
        static text => Int128.TryParse(text.Replace("_", string.Empty, StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null,
        value => value >= least && value <= most,
        Range($"{least}", $"{most}"));

    // A quoted number is a text; a time or size, which has a unit, may stand in quotes.
    private T Read<T>(string key, T otherwise, bool required, string kind, Func<string, T?> parse, Func<T, bool> allowed, string advice, bool quotes = false)
        where T : struct
    {
        var node = Find(key);
        if (node is null)
        {
            if (required)
            {
                Missing(key, $"give {kind}");
            }

            return otherwise;
        }

        if (node is not YamlScalar { IsNull: false } scalar || (scalar.Quoted && !quotes) || parse(scalar.Text) is not { } value)
        {
            bool inQuotes = node is YamlScalar { Quoted: true } text && parse(text.Text) is not null;
            Wrong(key, node, ErrorCode.WrongType, $"{PathOf(key)} is {Kind(node)}{(inQuotes ? " in quotes" : string.Empty)}, not {kind}", inQuotes ? "remove the quotes" : advice);
            return otherwise;
        }

        if (!allowed(value))
        {
            Wrong(key, node, ErrorCode.NotAllowed, $"{PathOf(key)} is {YamlText.Shown(scalar.Text)}", advice);
            return otherwise;
        }

        return value;
    }

    private void Wrong(string key, YamlNode? node, string code, string message, string? advice)
    {
        source.Diagnostics.Error(node?.Place ?? place, code, message, advice);
        source.Spoil(PathOf(key));
    }

    private YamlNode? Find(string key)
    {
        known.Add(key);
        return map?.Find(key);
    }

    private string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";
}
