using System.Runtime.InteropServices;

namespace Colossus.Data.Sources;

/// <summary>The XML documentation that comes with the .NET SDK: some 70 MB of English prose on every machine that can build this program.</summary>
internal static class DotnetSdk
{
    /// <summary>The documentation files of the newest reference packs.</summary>
    /// <exception cref="CorpusException">There is no SDK beside this runtime.</exception>
    public static IReadOnlyList<string> DocumentationFiles()
    {
        foreach (string root in Roots())
        {
            string packs = Path.Combine(root, "packs");
            if (!Directory.Exists(packs))
            {
                continue;
            }

            string[] files = [.. Directory.GetDirectories(packs, "*.Ref").Order(StringComparer.Ordinal).SelectMany(NewestDocuments)];
            if (files.Length > 0)
            {
                return files;
            }
        }

        throw new CorpusException(
            $"data.source: dotnet-docs needs the .NET SDK (its packs folder), which is in none of {string.Join(", ", Roots())}; install it, set DOTNET_ROOT, or name files of your own");
    }

    private static IEnumerable<string> Roots()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } named)
        {
            yield return named;
        }

        // <root>/shared/Microsoft.NETCore.App/10.0.x/ is where the runtime of this process lies.
        yield return Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        yield return "/usr/share/dotnet";
        yield return "/usr/lib/dotnet";
    }

    private static IEnumerable<string> NewestDocuments(string pack)
    {
        string? newest = Directory.GetDirectories(pack).MaxBy(folder => Version.TryParse(Path.GetFileName(folder), out var version) ? version : new Version(0, 0));
        string references = newest is null ? string.Empty : Path.Combine(newest, "ref");
        return Directory.Exists(references)
            ? Directory.EnumerateFiles(references, "*.xml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            : [];
    }
}
