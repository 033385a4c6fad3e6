using Colossus.Specs.Diagnostics;
using Colossus.Specs.Texts;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Sites;

/// <summary>Reads site files: every mistake with its place, all at once.</summary>
public static class SiteReader
{
    private const double mostGpus = 1e8;
    private const string start = "pools: [{ accelerator: h100-sxm, nodes: 4, gpusPerNode: 8 }]";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, of 1 MiB at most.</param>
    /// <param name="name">Its name in messages.</param>
    public static SiteReading Read(string path, string name)
    {
        try
        {
            return Parse(YamlText.Decode(TextFile.ReadBytes(path, TextFile.LongestDescription)), name);
        }
        catch (TextFileTooLongException error)
        {
            return Unreadable(name, $"the file is larger than {error.Longest} bytes", "a site file is a page or two of text");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Unreadable(name, Directory.Exists(path) ? "this is a folder" : $"it cannot be read: {error.Message}", "give a site file");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">Its file, for messages and the default name.</param>
    public static SiteReading Parse(string text, string file)
    {
        var source = YamlSource.Parse(text, file, [], new FileKind("site", start));
        if (source.IsBroken)
        {
            return new SiteReading(null, source.Diagnostics.All);
        }

        SiteSpec site = ReadSite(source.Top, file);
        return new SiteReading(source.Diagnostics.HasErrors ? null : site, source.Diagnostics.All);
    }

    private static SiteReading Unreadable(string name, string message, string advice) =>
        new(null, [new Diagnostic(SourcePlace.StartOf(name), Severity.Error, ErrorCode.Unreadable, message, advice)]);

    private static SiteSpec ReadSite(YamlSection top, string file)
    {
        string name = top.Text("name") ?? Path.GetFileNameWithoutExtension(file);
        string description = top.Text("description") ?? "";
        var pools = ReadPools(top);
        var fabric = top.Section("fabric");
        var power = top.Section("power");
        var reliability = top.Section("reliability");
        var site = new SiteSpec(
            name,
            description,
            pools,
            fabric.Text("kind") ?? "",
            fabric.Real("nicGbpsPerGpu", 400, 1e-3, 1e5),
            fabric.Whole("tiers", 3, 0, 10),
            fabric.Real("efficiency", 0.9, 0.01, 1),
            power.Real("megawatts", 0, 0, 1e5),
            power.Real("pue", 1.3, 1, 10),
            reliability.Real("failuresPerNodeDay", 6.5e-3, 0, 1e3),
            reliability.Duration("repair", TimeSpan.FromDays(2), TimeSpan.Zero, TimeSpan.FromDays(365)).TotalSeconds,
            reliability.Real("spares", 0.02, 0, 1));
        fabric.End();
        power.End();
        reliability.End();
        top.End();
        return site;
    }

    private static List<PoolSpec> ReadPools(YamlSection top)
    {
        var pools = new List<PoolSpec>();
        var sections = top.Sections("pools");
        if (!top.Has("pools"))
        {
            top.Missing("pools", $"list at least one, as in {start}");
        }
        else if (sections.Count == 0)
        {
            top.Report("pools", ErrorCode.NotAllowed, "pools has nothing in it", $"list at least one, as in {start}");
        }

        foreach (var pool in sections)
        {
            IReadOnlyList<string> known = [.. AcceleratorCatalogue.All.Select(static accelerator => accelerator.Id)];
            string? id = pool.Word("accelerator", known);
            if (!pool.Has("accelerator"))
            {
                pool.Missing("accelerator", $"use {Suggestions.List(known)}");
            }

            int nodes = pool.Whole("nodes", null, 1, 10_000_000);
            int gpus = pool.Whole("gpusPerNode", 8, 1, 1024);
            pool.End();
            if ((double)nodes * gpus > mostGpus)
            {
                pool.Report("nodes", ErrorCode.NotAllowed, "the pool has more than 100 million accelerators", "use fewer nodes");
            }
            else if (id is not null)
            {
                pools.Add(new PoolSpec(AcceleratorCatalogue.Find(id)!, nodes, gpus));
            }
        }

        return pools;
    }
}
