using Colossus.Specs.Diagnostics;

namespace Colossus.Specs.Yaml;

/// <summary>A list of values.</summary>
internal sealed record YamlList(IReadOnlyList<YamlNode> Items, SourcePlace Place) : YamlNode(Place)
{
    /// <inheritdoc/>
    public override long Size { get; } = Items.Aggregate(1L, static (sum, item) => sum + item.Size);
}
