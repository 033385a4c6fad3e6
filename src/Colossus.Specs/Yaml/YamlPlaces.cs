using Colossus.Specs.Diagnostics;

namespace Colossus.Specs.Yaml;

/// <summary>Where the values of a file stand, by path: <c>parallel.tensor</c>.</summary>
public sealed class YamlPlaces
{
    private readonly Dictionary<string, SourcePlace> places = new(StringComparer.Ordinal);
    private readonly YamlSource source;

    /// <summary>Places of the values of a file.</summary>
    public YamlPlaces(YamlSource source)
    {
        this.source = source;
        Add(source.Root, string.Empty);
    }

    /// <summary>Whether the file or the command line has this value.</summary>
    public bool Has(string path) => places.ContainsKey(path);

    /// <summary>Where a value stands; for a default, where what decides it stands: a preset, else the section, else the start of the file.</summary>
    public SourcePlace Of(string path)
    {
        if (places.TryGetValue(path, out var place))
        {
            return place;
        }

        for (string section = Parent(path); section.Length > 0; section = Parent(section))
        {
            if (places.TryGetValue($"{section}.preset", out place) || places.TryGetValue(section, out place))
            {
                return place;
            }
        }

        return SourcePlace.StartOf(source.File);
    }

    /// <summary>The first of some values that the file has, else the first.</summary>
    public string FirstGiven(params ReadOnlySpan<string> paths)
    {
        foreach (string path in paths)
        {
            if (Has(path))
            {
                return path;
            }
        }

        return paths[0];
    }

    /// <summary>Whether all of some values were read without a mistake; rules about others would only repeat it.</summary>
    public bool AreSound(params ReadOnlySpan<string> paths)
    {
        foreach (string path in paths)
        {
            for (string at = path; at.Length > 0; at = Parent(at))
            {
                if (!source.IsSound(at))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static string Parent(string path) => path[..Math.Max(0, path.LastIndexOf('.'))];

    private void Add(YamlMap map, string prefix)
    {
        foreach (var (key, value) in map.Entries)
        {
            places[prefix + key.Text] = value is YamlScalar { IsNull: false } ? value.Place : key.Place;
            if (value is YamlMap section)
            {
                Add(section, $"{prefix}{key.Text}.");
            }
        }
    }
}
