using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Colossus.Specs.Sites;

/// <summary>Reads site files.</summary>
public static class SiteReader
{
    private static readonly string[] siteKeys = ["name", "description", "pools", "fabric", "power", "reliability"];

    /// <summary>Reads a site from text; all mistakes at once.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="source">Name of the file for messages.</param>
    public static SiteReading Read(string text, string source)
    {
        var reader = new Cursor(source);
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count != 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
            {
                return new SiteReading(null, [$"{source}:1:1: error: a site file is one mapping with name and pools"]);
            }

            SiteSpec? site = ReadSite(reader, root);
            return new SiteReading(reader.Problems.Count == 0 ? site : null, reader.Problems);
        }
        catch (YamlException error)
        {
            return new SiteReading(null, [$"{source}:{error.Start.Line}:{error.Start.Column}: error: {error.InnerException?.Message ?? error.Message}"]);
        }
    }

    private static SiteSpec? ReadSite(Cursor reader, YamlMappingNode root)
    {
        reader.Known(root, "", siteKeys);
        string name = reader.Text(root, "name") ?? "";
        if (name.Length == 0)
        {
            reader.Problem(root, "name is missing; give the site a name");
        }

        var pools = new List<PoolSpec>();
        if (root.Children.TryGetValue("pools", out YamlNode? node) && node is YamlSequenceNode { Children.Count: > 0 } list)
        {
            foreach (YamlNode item in list)
            {
                ReadPool(reader, item, pools);
            }
        }
        else
        {
            reader.Problem(root, "pools is missing; list at least one, such as { accelerator: h100-sxm, nodes: 4, gpusPerNode: 8 }");
        }

        YamlMappingNode fabric = reader.Section(root, "fabric", ["kind", "nicGbpsPerGpu", "tiers", "efficiency"]);
        YamlMappingNode power = reader.Section(root, "power", ["megawatts", "pue"]);
        YamlMappingNode reliability = reader.Section(root, "reliability", ["failuresPerNodeDay", "repair", "spares"]);
        return new SiteSpec(
            name,
            reader.Text(root, "description") ?? "",
            pools,
            reader.Text(fabric, "kind") ?? "",
            reader.Number(fabric, "fabric.nicGbpsPerGpu", 400, 1e-3, 1e5),
            (int)reader.Number(fabric, "fabric.tiers", 3, 0, 10),
            reader.Number(fabric, "fabric.efficiency", 0.9, 0.01, 1),
            reader.Number(power, "power.megawatts", 0, 0, 1e5),
            reader.Number(power, "power.pue", 1.3, 1, 10),
            reader.Number(reliability, "reliability.failuresPerNodeDay", 6.5e-3, 0, 1e3),
            reader.Duration(reliability, "reliability.repair", 172_800),
            reader.Number(reliability, "reliability.spares", 0.02, 0, 1));
    }

    private static void ReadPool(Cursor reader, YamlNode item, List<PoolSpec> pools)
    {
        if (item is not YamlMappingNode pool)
        {
            reader.Problem(item, "a pool is a mapping such as { accelerator: h100-sxm, nodes: 4, gpusPerNode: 8 }");
            return;
        }

        reader.Known(pool, "pools.", ["accelerator", "nodes", "gpusPerNode"]);
        string id = reader.Text(pool, "accelerator") ?? "";
        AcceleratorSpec? accelerator = AcceleratorCatalogue.Find(id);
        if (accelerator is null)
        {
            string all = string.Join(", ", AcceleratorCatalogue.All.Select(static known => known.Id));
            reader.Problem(Cursor.NodeOf(pool, "accelerator"), id.Length == 0 ? $"pools.accelerator is missing; use one of {all}" : $"pools.accelerator '{id}' is not in the catalogue; use one of {all}");
        }

        if (!pool.Children.ContainsKey("nodes"))
        {
            reader.Problem(pool, "pools.nodes is missing; say how many machines the pool has");
        }

        double nodes = reader.Number(pool, "pools.nodes", 1, 1, 1e7);
        double gpus = reader.Number(pool, "pools.gpusPerNode", 8, 1, 1024);
        if (nodes * gpus > 1e8)
        {
            reader.Problem(pool, "the pool has more than 100 million accelerators; use fewer nodes");
        }
        else if (accelerator is not null)
        {
            pools.Add(new PoolSpec(accelerator, (int)nodes, (int)gpus));
        }
    }

    private sealed class Cursor(string source)
    {
        public List<string> Problems { get; } = [];

        public void Problem(YamlNode node, string message) => Problems.Add($"{source}:{node.Start.Line}:{node.Start.Column}: error: {message}");

        public static YamlNode NodeOf(YamlMappingNode map, string key) => map.Children.TryGetValue(key, out YamlNode? node) ? node : map;

        public void Known(YamlMappingNode map, string prefix, string[] keys)
        {
            foreach (YamlNode key in map.Children.Keys)
            {
                string name = (key as YamlScalarNode)?.Value ?? "";
                if (!keys.Contains(name, StringComparer.Ordinal))
                {
                    Problem(key, $"{prefix}{name} is not known here; use {string.Join(", ", keys)}");
                }
            }
        }

        public YamlMappingNode Section(YamlMappingNode root, string name, string[] keys)
        {
            if (!root.Children.TryGetValue(name, out YamlNode? node))
            {
                return [];
            }

            if (node is not YamlMappingNode section)
            {
                Problem(node, $"{name} is a mapping with {string.Join(", ", keys)}");
                return [];
            }

            Known(section, name + ".", keys);
            return section;
        }

        public string? Text(YamlMappingNode map, string key)
        {
            if (!map.Children.TryGetValue(key, out YamlNode? node))
            {
                return null;
            }

            if (node is YamlScalarNode { Value: string value })
            {
                return value;
            }

            Problem(node, $"{key} is one value, not a list or a mapping");
            return null;
        }

        public double Number(YamlMappingNode map, string path, double fallback, double least, double most)
        {
            string key = path[(path.LastIndexOf('.') + 1)..];
            string? text = Text(map, key);
            if (text is null)
            {
                return fallback;
            }

            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most)
            {
                return value;
            }

            Problem(map.Children[key], FormattableString.Invariant($"{path} is '{text}'; use a number from {least} to {most}"));
            return fallback;
        }

        public double Duration(YamlMappingNode map, string path, double fallback)
        {
            string key = path[(path.LastIndexOf('.') + 1)..];
            string? text = Text(map, key);
            if (text is null)
            {
                return fallback;
            }

            double unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
            if (unit > 0 && double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 && double.IsFinite(value))
            {
                return value * unit;
            }

            Problem(map.Children[key], $"{path} is '{text}'; use a number with s, m, h or d, such as 2d");
            return fallback;
        }
    }
}
