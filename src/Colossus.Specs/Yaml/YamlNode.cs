using Colossus.Specs.Diagnostics;

namespace Colossus.Specs.Yaml;

/// <summary>A value of a YAML text with its place. Nodes do not change: an override makes new ones.</summary>
internal abstract record YamlNode(SourcePlace Place)
{
    /// <summary>Number of nodes in it, aliases written out.</summary>
    public virtual long Size => 1;

    /// <summary>The letters of the text that it takes, an alias those of its own; empty for values of the command line.</summary>
    public Range Span { get; init; }

    /// <summary>Whether it stands in the text as an alias of what stands elsewhere.</summary>
    public bool IsAlias { get; init; }
}
