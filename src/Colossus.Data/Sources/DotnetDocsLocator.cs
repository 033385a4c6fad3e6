using System.Runtime.InteropServices;

namespace Colossus.Data.Sources;

/// <summary>
/// Finds the XML documentation that comes with the .NET SDK: <c>packs/*.Ref/VERSION/ref/netN.0/*.xml</c>, or the same packages in the
/// NuGet cache. Of each pack the newest version with the newest framework is taken.
/// </summary>
internal static class DotnetDocsLocator
{
    public static IReadOnlyList<SourceFile> Find(ProblemList problems)
    {
        var roots = Roots().Distinct(StringComparer.Ordinal).ToList();
        foreach (var root in roots)
        {
            var files = InPacks(Path.Combine(root, "packs"), "*.Ref");
            if (files.Count > 0)
            {
                return files;
            }
        }

        var cache = PackageCache();
        var cached = InPacks(cache, "microsoft.*.app.ref");
        if (cached.Count == 0)
        {
            problems.Add(new CorpusProblem(
                $"dotnet-docs: no packs/*.Ref/*/ref/net*/*.xml under {string.Join(", ", roots.Append(cache))}",
                "install the .NET SDK (the runtime alone has no documentation), set DOTNET_ROOT to its folder, or name text files instead"));
        }

        return cached;
    }

    private static IEnumerable<string> Roots()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
        {
            yield return Path.GetFullPath(root);
        }

        if (Environment.ProcessPath is { } process && Path.GetFileNameWithoutExtension(process) == "dotnet")
        {
            yield return FolderOf(process);
        }

        // The running framework lies in ROOT/shared/Microsoft.NETCore.App/VERSION.
        yield return Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var program = Path.Combine(folder, name);
            if (File.Exists(program))
            {
                yield return FolderOf(program);
            }
        }

        yield return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet");
    }

    private static string FolderOf(string program)
    {
        var target = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
        return Path.GetDirectoryName(Path.GetFullPath(target))!;
    }

    private static string PackageCache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } cache
        ? cache
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static List<SourceFile> InPacks(string folder, string pattern)
    {
        var files = new List<SourceFile>();
        if (!Directory.Exists(folder))
        {
            return files;
        }

        foreach (var pack in Directory.GetDirectories(folder, pattern).Order(StringComparer.Ordinal))
        {
            var newest = Directory.GetDirectories(pack)
                .Where(version => Directory.Exists(Path.Combine(version, "ref")))
                .SelectMany(version => Directory.GetDirectories(Path.Combine(version, "ref"), "net*"))
                .OrderByDescending(framework => Version(Path.GetFileName(framework)["net".Length..]))
                .ThenByDescending(framework => Version(Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(framework)))!))
                .FirstOrDefault(framework => Directory.EnumerateFiles(framework, "*.xml").Any());
            if (newest is not null)
            {
                files.AddRange(Directory.GetFiles(newest, "*.xml").Order(StringComparer.Ordinal).Select(file => Describe(pack, file)));
            }
        }

        return files;
    }

    private static SourceFile Describe(string pack, string file)
    {
        var info = new FileInfo(file);
        var name = $"dotnet-docs/{Path.GetFileName(pack)}/{Path.GetFileNameWithoutExtension(file)}";
        return new SourceFile(file, name, SourceKind.DotnetDocs, info.Length, info.LastWriteTimeUtc.Ticks);
    }

    // "10.0.0-rc.1" counts as 10.0.0; what is no version comes last.
    private static Version Version(string text) =>
        System.Version.TryParse(text.Split('-')[0], out var version) ? version : new Version(0, 0);
}
