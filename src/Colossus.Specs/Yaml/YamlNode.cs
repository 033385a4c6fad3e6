using Colossus.Specs.Diagnostics;

namespace Colossus.Specs.Yaml;

/// <summary>A value of a YAML text with its place. Nodes do not change: an override makes new ones.</summary>
internal abstract record YamlNode(SourcePlace Place)
{
    /// <summary>Number of nodes in it, aliases written out.</summary>
    public virtual long Size => 1;
}
