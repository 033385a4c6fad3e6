using Colossus.Specs.Diagnostics;

namespace Colossus.Specs.Yaml;

/// <summary>Keys and values in the order of the text; each key once.</summary>
internal sealed record YamlMap(IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries, SourcePlace Place) : YamlNode(Place)
{
    /// <summary>Its merge key with what that names, whose keys are among the entries; null when it has none.</summary>
    public (YamlScalar Key, YamlNode Value)? Merge { get; init; }

    /// <summary>Whether it stands in braces.</summary>
    public bool InBraces { get; init; }

    /// <inheritdoc/>
    public override long Size { get; } = Entries.Aggregate(1L, static (sum, entry) => sum + 1 + entry.Value.Size);

    /// <summary>The value of a key, or null.</summary>
    public YamlNode? Find(string key) => Entries.FirstOrDefault(entry => entry.Key.Text == key).Value;

    /// <summary>This map with another value for a key, which keeps its rank if it is there.</summary>
    public YamlMap With(YamlScalar key, YamlNode value)
    {
        var entries = Entries.ToList();
        int index = entries.FindIndex(entry => entry.Key.Text == key.Text);
        if (index >= 0)
        {
            entries[index] = (key, value);
        }
        else
        {
            entries.Add((key, value));
        }

        return new YamlMap(entries, Place) { Span = Span, IsAlias = IsAlias, InBraces = InBraces, Merge = Merge };
    }
}
