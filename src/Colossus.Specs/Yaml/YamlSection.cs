using System.Globalization;
using Colossus.Specs.Diagnostics;
using YamlDotNet.RepresentationModel;

namespace Colossus.Specs.Yaml;

/// <summary>One mapping of a file, read key by key; <see cref="End"/> reports keys that nobody asked for.</summary>
public sealed class YamlSection
{
    private readonly YamlSource source;
    private readonly string path;
    private readonly YamlNode position;
    private readonly YamlMappingNode? map;
    private readonly List<string> known = [];

    private YamlSection(YamlSource source, string path, YamlNode position, YamlMappingNode? map)
    {
        this.source = source;
        this.path = path;
        this.position = position;
        this.map = map;
    }

    /// <summary>Whether the file has this section.</summary>
    public bool Exists => map is not null;

    /// <summary>The top of a file.</summary>
    public static YamlSection Top(YamlSource source) => new(source, string.Empty, source.Root, source.Root);

    /// <summary>A mapping below this one; empty when it is not there.</summary>
    public YamlSection Section(string key)
    {
        var node = Find(key);
        if (node is null or YamlScalarNode { Value: null or "" or "null" or "~" })
        {
            return new YamlSection(source, Path(key), position, null);
        }

        if (node is YamlMappingNode child)
        {
            return new YamlSection(source, Path(key), node, child);
        }

        source.Report(node, ErrorCode.WrongType, $"{Path(key)} is a section of keys, not a single value");
        return new YamlSection(source, Path(key), node, null);
    }

    /// <summary>A whole number.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="otherwise">What it is without the key; null when the key must be there.</param>
    public int Whole(string key, int? otherwise, int least = 1, int most = int.MaxValue) =>
        (int)Number(key, otherwise, least, most, text => long.TryParse(text.Replace("_", string.Empty), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null, "a whole number");

    /// <summary>A number.</summary>
    /// <inheritdoc cref="Whole"/>
    public double Real(string key, double? otherwise, double least, double most) =>
        Number(key, otherwise, least, most, text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null, "a number");

    /// <summary>A time: a number with <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>; without a unit, seconds.</summary>
    public TimeSpan Duration(string key, TimeSpan otherwise, TimeSpan least)
    {
        double seconds = Number(key, otherwise.TotalSeconds, least.TotalSeconds, 1e9, ParseSeconds, "a time such as 0.5s, 20m or 2d");
        return TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
    }

    /// <summary>Yes or no.</summary>
    public bool Flag(string key, bool otherwise) => Choice(key, otherwise, ("true", true), ("false", false));

    /// <summary>One of some words.</summary>
    public T Choice<T>(string key, T otherwise, params ReadOnlySpan<(string Word, T Value)> words)
    {
        var node = Find(key);
        if (node is null)
        {
            return otherwise;
        }

        string? text = (node as YamlScalarNode)?.Value;
        foreach (var (word, value) in words)
        {
            if (word == text)
            {
                return value;
            }
        }

        string[] all = new string[words.Length];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = words[i].Word;
        }

        string hint = text is not null && Suggestions.Nearest(text, all) is { } near ? $"; did you mean {near}?" : string.Empty;
        source.Report(node, ErrorCode.NotAllowed, $"{Path(key)} is {text ?? "no single value"}; use {string.Join(", ", all[..^1])} or {all[^1]}{hint}");
        return otherwise;
    }

    /// <summary>A text; null without the key.</summary>
    public string? Text(string key)
    {
        var node = Find(key);
        if (node is null or YamlScalarNode { Value: not null })
        {
            return (node as YamlScalarNode)?.Value;
        }

        source.Report(node, ErrorCode.WrongType, $"{Path(key)} is one text, not a list or section");
        return null;
    }

    /// <summary>A list of texts, or a single one; null without the key.</summary>
    public IReadOnlyList<string>? Texts(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case YamlScalarNode { Value: { } text }:
                return [text];
            case YamlSequenceNode list when list.Children.All(item => item is YamlScalarNode { Value: not null }):
                return [.. list.Children.Select(item => ((YamlScalarNode)item).Value!)];
            case var node:
                source.Report(node, ErrorCode.WrongType, $"{Path(key)} is a text or a list of texts");
                return null;
        }
    }

    /// <summary>Adds a mistake at a key's value, or at the section when the key is not there.</summary>
    public void Report(string key, string code, string message) => source.Report(Find(key) ?? position, code, message);

    /// <summary>Whether a key is there.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>Reports the keys that were not asked for.</summary>
    public void End()
    {
        foreach (var key in map?.Children.Keys ?? Enumerable.Empty<YamlNode>())
        {
            string name = (key as YamlScalarNode)?.Value ?? string.Empty;
            if (!known.Contains(name))
            {
                string hint = Suggestions.Nearest(name, known) is { } near ? $"did you mean {Path(near)}?" : $"known are {string.Join(", ", known.Distinct())}";
                source.Report(key, ErrorCode.UnknownKey, $"{Path(name)} is not a key; {hint}");
            }
        }
    }

    private static double? ParseSeconds(string text)
    {
        string number = text.TrimEnd('m', 's', 'h', 'd');
        double? factor = text[number.Length..] switch { "" or "s" => 1, "ms" => 1e-3, "m" => 60, "h" => 3600, "d" => 86400, _ => null };
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value * factor : null;
    }

    private double Number(string key, double? otherwise, double least, double most, Func<string, double?> parse, string kind)
    {
        var node = Find(key);
        if (node is null)
        {
            if (otherwise is null)
            {
                source.Report(position, ErrorCode.Missing, $"{Path(key)} is missing; it is {kind}");
            }

            return otherwise ?? least;
        }

        string? text = (node as YamlScalarNode)?.Value;
        if (text is null || parse(text) is not { } value)
        {
            source.Report(node, ErrorCode.WrongType, $"{Path(key)} is {(text is null ? "no single value" : $"'{text}'")}; it must be {kind}");
            return otherwise ?? least;
        }

        if (value < least || value > most)
        {
            string range = most >= int.MaxValue && value < least ? $"at least {least}" : $"from {least} to {most}";
            source.Report(node, ErrorCode.NotAllowed, $"{Path(key)} is {text}; it must be {range}");
            return otherwise ?? least;
        }

        return value;
    }

    private YamlNode? Find(string key)
    {
        known.Add(key);
        return map is not null && map.Children.TryGetValue(key, out var node) ? node : null;
    }

    private string Path(string key) => path.Length == 0 ? key : $"{path}.{key}";
}
