using Colossus.Specs.Diagnostics;

namespace Colossus.Specs.Yaml;

/// <summary>Values of the command line: <c>--set section.key=value</c>.</summary>
internal static class YamlOverride
{
    /// <summary>A mapping with one value replaced; the mapping as it is when the setting is not understood.</summary>
    /// <param name="setting">The setting. Its value is a list or section when it starts with a bracket, else it is taken as it stands.</param>
    /// <param name="root">The mapping at the top of the file.</param>
    /// <param name="bag">Takes the mistakes.</param>
    public static YamlMap Apply(string setting, YamlMap root, DiagnosticBag bag)
    {
        var place = new SourcePlace($"--set {setting}", 0, 0, 1, string.Empty);
        int equals = setting.IndexOf('=', StringComparison.Ordinal);
        string[] path = equals > 0 ? [.. setting[..equals].Split('.').Select(static part => part.Trim())] : [];
        if (path.Length == 0 || path.Contains(string.Empty))
        {
            bag.Error(place, ErrorCode.Setting, "this is not section.key=value", "write it as in train.steps=100");
            return root;
        }

        // A file name with a star or a colon is no YAML, but a fine value: only what opens a bracket or a quote is read as YAML.
        string text = setting[(equals + 1)..].Trim();
        YamlNode? value = text.Length > 0 && text[0] is '[' or '{' or '"' or '\'' ? YamlParser.Parse(text, (_, _) => place, bag) : new YamlScalar(text, Quoted: false, place);
        return value is null ? root : Replace(root, path, 0, value, place, bag);
    }

    private static YamlMap Replace(YamlMap map, string[] path, int depth, YamlNode value, SourcePlace place, DiagnosticBag bag)
    {
        var key = new YamlScalar(path[depth], Quoted: false, place);
        if (depth == path.Length - 1)
        {
            return map.With(key, value);
        }

        var below = map.Find(path[depth]);
        if (below is YamlMap or null or YamlScalar { IsNull: true })
        {
            // A section of the file keeps its place: what it lacks is missing there, not on the command line.
            key = map.Entries.FirstOrDefault(entry => entry.Key.Text == key.Text).Key ?? key;
            return map.With(key, Replace(below as YamlMap ?? new YamlMap([], place), path, depth + 1, value, place, bag));
        }

        string section = string.Join('.', path[..(depth + 1)]);
        bag.Error(place, ErrorCode.Setting, $"{section} is a value in the file, not a section", $"set {section} itself");
        return map;
    }
}
