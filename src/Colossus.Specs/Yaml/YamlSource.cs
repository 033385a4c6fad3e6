using Colossus.Specs.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Colossus.Specs.Yaml;

/// <summary>A YAML text with what is wrong in it so far; knows where every value stands.</summary>
public sealed class YamlSource
{
    private readonly string[] lines;
    private readonly Dictionary<YamlNode, string> settings = new(ReferenceEqualityComparer.Instance);
    private readonly List<Diagnostic> diagnostics = [];

    private YamlSource(string file, string text)
    {
        File = file;
        lines = text.Split('\n');
        Root = new YamlMappingNode();
    }

    /// <summary>Name of the file, for messages.</summary>
    public string File { get; }

    /// <summary>The mapping at the top; empty when the text is not one.</summary>
    public YamlMappingNode Root { get; private set; }

    /// <summary>All mistakes so far, in the order of their places.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => [.. diagnostics.OrderBy(mistake => mistake.Line).ThenBy(mistake => mistake.Column)];

    /// <summary>Reads a text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">Name of the file.</param>
    /// <param name="overrides">Values that replace those of the file, each <c>section.key=value</c>.</param>
    public static YamlSource Parse(string text, string file, IReadOnlyList<string> overrides)
    {
        var source = new YamlSource(file, text);
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root)
            {
                source.Root = root;
            }
            else if (stream.Documents.Count != 0)
            {
                source.Report(stream.Documents[0].RootNode, ErrorCode.Syntax, "a file is one mapping of keys, as in: model: { layers: 4 }");
            }
        }
        catch (AnchorNotFoundException)
        {
            var alias = UnknownAlias(text);
            source.Report((int)alias.Start.Line, (int)alias.Start.Column, alias.Value.Value.Length + 1, ErrorCode.Syntax, $"no value has the name &{alias.Value}; put quotes around a text that starts with *");
        }
        catch (YamlException error)
        {
            // A tab is found at the end of what was read; an open bracket or quote is shown where it starts.
            var place = error.Message.Contains("tab character", StringComparison.Ordinal) ? error.End : error.Start;
            source.Report((int)place.Line, (int)place.Column, 1, ErrorCode.Syntax, error.InnerException?.Message ?? error.Message);
        }

        foreach (string setting in overrides)
        {
            source.Override(setting);
        }

        return source;
    }

    /// <summary>Adds a mistake at a node.</summary>
    public void Report(YamlNode node, string code, string message)
    {
        if (settings.TryGetValue(node, out string? setting))
        {
            diagnostics.Add(new Diagnostic("--set", 1, 1, code, message, setting, setting.Length));
            return;
        }

        int length = node is YamlScalarNode { Value.Length: > 0 } scalar && scalar.Style == ScalarStyle.Plain ? scalar.Value.Length : 1;
        Report((int)node.Start.Line, (int)node.Start.Column, length, code, message);
    }

    // The library names such an alias, but not its place.
    private static AnchorAlias UnknownAlias(string text)
    {
        var anchors = new HashSet<AnchorName>();
        var aliases = new List<AnchorAlias>();
        var parser = new Parser(new StringReader(text));
        while (parser.MoveNext())
        {
            if (parser.Current is AnchorAlias alias)
            {
                aliases.Add(alias);
            }
            else if (parser.Current is NodeEvent { Anchor.IsEmpty: false } node)
            {
                anchors.Add(node.Anchor);
            }
        }

        return aliases.First(alias => !anchors.Contains(alias.Value));
    }

    private void Report(int line, int column, int length, string code, string message)
    {
        string text = line >= 1 && line <= lines.Length ? lines[line - 1].TrimEnd('\r') : string.Empty;
        diagnostics.Add(new Diagnostic(File, Math.Max(1, line), Math.Max(1, column), code, message, text, Math.Min(length, Math.Max(1, text.Length - column + 1))));
    }

    private void Override(string setting)
    {
        int equals = setting.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            diagnostics.Add(new Diagnostic("--set", 1, 1, ErrorCode.Syntax, "write section.key=value, as in train.steps=100", setting, setting.Length));
            return;
        }

        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(setting[(equals + 1)..]));
            YamlNode value = stream.Documents.Count > 0 ? stream.Documents[0].RootNode : new YamlScalarNode(string.Empty);
            Place(setting[..equals].Split('.'), value, setting);
        }
        catch (YamlException error)
        {
            diagnostics.Add(new Diagnostic("--set", 1, 1, ErrorCode.Syntax, error.Message, setting, setting.Length));
        }
    }

    private void Place(string[] path, YamlNode value, string setting)
    {
        var at = Root;
        foreach (string part in path[..^1])
        {
            if (!at.Children.TryGetValue(part, out var next) || next is not YamlMappingNode section)
            {
                var key = new YamlScalarNode(part);
                section = new YamlMappingNode();
                settings[key] = setting;
                settings[section] = setting;
                at.Children.Remove(part);
                at.Children.Add(key, section);
            }

            at = section;
        }

        var last = new YamlScalarNode(path[^1]);
        at.Children.Remove(last);
        at.Children.Add(last, value);
        settings[last] = setting;
        foreach (var node in value.AllNodes)
        {
            settings[node] = setting;
        }
    }
}
