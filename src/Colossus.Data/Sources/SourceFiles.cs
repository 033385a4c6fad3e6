using System.Text.RegularExpressions;

namespace Colossus.Data.Sources;

/// <summary>The files that a job's sources name.</summary>
public static partial class SourceFiles
{
    /// <summary>The source that is found in the .NET SDK.</summary>
    public const string DotnetDocs = "dotnet-docs";

    private static readonly string[] known = [".txt", ".md", ".jsonl", ".xml", ".parquet"];

    /// <summary>Resolves sources to files, in a fixed order.</summary>
    /// <param name="sources">Names, files and globs.</param>
    /// <param name="baseFolder">Where relative ones start.</param>
    /// <exception cref="CorpusException">A file is missing, a glob matches nothing, or a kind of file is unknown; all of them at once.</exception>
    public static IReadOnlyList<string> Resolve(IReadOnlyList<string> sources, string baseFolder)
    {
        var problems = new List<string>();
        var files = new List<string>();
        foreach (string source in sources)
        {
            if (source == DotnetDocs)
            {
                files.AddRange(DotnetSdk.DocumentationFiles());
                continue;
            }

            string[] found = source.AsSpan().IndexOfAny('*', '?') >= 0 ? Expand(source, baseFolder) : Single(source, baseFolder);
            if (found.Length == 0)
            {
                problems.Add($"data.source: {source} names no file (relative paths start at {baseFolder})");
            }

            problems.AddRange(found.Where(file => !known.Contains(Path.GetExtension(file).ToLowerInvariant()))
                .Select(file => $"data.source: {file} is of no known kind; use {string.Join(", ", known)}"));
            files.AddRange(found);
        }

        return problems.Count > 0 ? throw new CorpusException(problems) : [.. files.Distinct(StringComparer.Ordinal)];
    }

    private static string[] Single(string source, string baseFolder)
    {
        string path = Path.GetFullPath(source, baseFolder);
        return File.Exists(path) ? [path] : Directory.Exists(path) ? Expand(Path.Combine(source, "**", "*"), baseFolder) : [];
    }

    private static string[] Expand(string glob, string baseFolder)
    {
        string full = Path.GetFullPath(glob, baseFolder).Replace('\\', '/');
        int wild = full.AsSpan().IndexOfAny('*', '?');
        string root = full[..(full.LastIndexOf('/', wild) + 1)];
        if (!Directory.Exists(root))
        {
            return [];
        }

        var pattern = new Regex("^" + Piece().Replace(full, Translate) + "$", RegexOptions.CultureInvariant);
        return [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(file => pattern.IsMatch(file.Replace('\\', '/')))
            .Where(file => known.Contains(Path.GetExtension(file).ToLowerInvariant()) || Path.GetExtension(glob) != ".*" && Path.GetFileName(glob) != "*")
            .Order(StringComparer.Ordinal)];
    }

    private static string Translate(Match piece) => piece.Value switch
    {
        "**/" => "(?:.*/)?",
        "**" => ".*",
        "*" => "[^/]*",
        "?" => "[^/]",
        _ => Regex.Escape(piece.Value),
    };

    [GeneratedRegex(@"\*\*/|\*\*|\*|\?|[^*?]+")]
    private static partial Regex Piece();
}
