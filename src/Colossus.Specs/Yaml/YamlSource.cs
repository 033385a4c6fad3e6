using Colossus.Specs.Diagnostics;
using YamlDotNet.Core;

namespace Colossus.Specs.Yaml;

/// <summary>A YAML text with what is wrong in it so far; knows where every value stands.</summary>
public sealed class YamlSource
{
    private readonly string[] lines;
    private IReadOnlySet<YamlNode> shared = new HashSet<YamlNode>();
    private readonly HashSet<string> unsound = new(StringComparer.Ordinal);

    private YamlSource(string file, string text, FileKind kind)
    {
        File = file;
        Kind = kind;
        lines = YamlText.Lines(text);
        Root = new YamlMap([], SourcePlace.StartOf(file));
    }

    /// <summary>Name of the file, for messages.</summary>
    public string File { get; }

    /// <summary>What the file describes.</summary>
    public FileKind Kind { get; }

    /// <summary>The mistakes so far.</summary>
    public DiagnosticBag Diagnostics { get; } = new();

    /// <summary>Whether the text is no mapping, so that there is nothing to read in it.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The section at the top.</summary>
    public YamlSection Top => YamlSection.Of(this, Root);

    /// <summary>The mapping at the top; empty when the text is not one.</summary>
    internal YamlMap Root { get; private set; }

    /// <summary>Reads a text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">Name of the file.</param>
    /// <param name="overrides">Values that replace those of the file, each <c>section.key=value</c>; later ones win.</param>
    /// <param name="kind">What the file describes; default: a job.</param>
    public static YamlSource Parse(string text, string file, IReadOnlyList<string> overrides, FileKind? kind = null)
    {
        var source = new YamlSource(file, text, kind ?? FileKind.Job);
        var root = YamlText.Check(text, file, source.Diagnostics) ? YamlParser.Parse(text, source.PlaceOf, source.Diagnostics, out source.shared) : null;
        switch (root)
        {
            case YamlMap map:
                source.Root = map;
                break;
            case null or YamlScalar { IsNull: true }:
                if (!source.Diagnostics.HasErrors && overrides.Count == 0)
                {
                    source.Diagnostics.Error(SourcePlace.StartOf(file), ErrorCode.Empty, "the file has nothing in it", $"start with: {source.Kind.Start}");
                }

                break;
            case var node:
                source.Diagnostics.Error(node.Place, ErrorCode.Syntax, "a file is one mapping of keys", $"start with a key, as in: {source.Kind.Start}");
                break;
        }

        source.IsBroken = source.Diagnostics.HasErrors && source.Root.Entries.Count == 0;
        source.Root = source.With(overrides);
        return source;
    }

    /// <summary>The mapping at the top with values replaced; what is not understood is reported and left out. Nodes that no setting touches are the same objects.</summary>
    /// <param name="overrides">Values, each <c>section.key=value</c>; later ones win.</param>
    internal YamlMap With(IReadOnlyList<string> overrides) =>
        overrides.Aggregate(Root, (root, setting) => YamlOverride.Apply(setting, root, Diagnostics));

    /// <summary>Marks a value as wrong, so that rules between values say nothing about it.</summary>
    internal void Spoil(string path) => unsound.Add(path);

    /// <summary>Whether a value could be read, or is not there.</summary>
    internal bool IsSound(string path) => !unsound.Contains(path);

    /// <summary>Whether an alias refers to a node: then it has its effect where the alias stands.</summary>
    internal bool IsShared(YamlNode node) => shared.Contains(node);

    private SourcePlace PlaceOf(Mark start, Mark end)
    {
        int line = Math.Clamp((int)start.Line, 1, lines.Length);
        string text = lines[line - 1];
        int column = Math.Clamp((int)start.Column, 1, text.Length + 1);
        int length = end.Line == start.Line ? (int)(end.Column - start.Column) : 1;
        return new SourcePlace(File, line, column, Math.Clamp(length, 1, Math.Max(1, text.Length + 1 - column)), text);
    }
}
