namespace Colossus.Data.Sources;

/// <summary>Turns the sources of a job into files, or says what is wrong with each of them.</summary>
internal static class SourceResolver
{
    private const string Kinds = ".txt, .md, .jsonl, .xml or .parquet";

    public static IReadOnlyList<SourceFile> Resolve(IReadOnlyList<string> sources, string baseDirectory, ProblemList problems)
    {
        var files = new List<SourceFile>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (sources.Count == 0)
        {
            problems.Add(new CorpusProblem("data.source names nothing", $"write dotnet-docs, or files or globs of {Kinds}"));
        }

        foreach (var source in sources)
        {
            foreach (var file in ResolveOne(source.Trim(), baseDirectory, problems))
            {
                if (seen.Add(file.Path))
                {
                    files.Add(file);
                }
            }
        }

        return files;
    }

    private static IEnumerable<SourceFile> ResolveOne(string source, string baseDirectory, ProblemList problems)
    {
        if (source == "dotnet-docs")
        {
            return DotnetDocsLocator.Find(problems);
        }

        if (source.Length == 0)
        {
            problems.Add(new CorpusProblem("a data.source is empty", $"write dotnet-docs, or files or globs of {Kinds}"));
            return [];
        }

        var path = Path.GetFullPath(Path.Combine(baseDirectory, source));
        return PathGlob.IsGlob(source) ? Glob(source, path, baseDirectory, problems) : Single(source, path, baseDirectory, problems);
    }

    private static IEnumerable<SourceFile> Glob(string source, string path, string baseDirectory, ProblemList problems)
    {
        IReadOnlyList<string> found;
        try
        {
            found = PathGlob.Find(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(new CorpusProblem($"looking for {source} failed: {error.Message}", "make the folder readable", source));
            return [];
        }

        if (found.Count == 0)
        {
            problems.Add(new CorpusProblem(
                $"no file matches {source} in {baseDirectory}",
                "check the pattern (** stands for any number of folders) and that the path starts at the job file's folder"));
        }

        return found.Select(file => File(file, baseDirectory, problems)).OfType<SourceFile>();
    }

    private static IEnumerable<SourceFile> Single(string source, string path, string baseDirectory, ProblemList problems)
    {
        if (Directory.Exists(path))
        {
            problems.Add(new CorpusProblem($"{source} is a folder", $"name its files, for example {source.TrimEnd('/')}/**/*.txt", path));
            return [];
        }

        if (!System.IO.File.Exists(path))
        {
            problems.Add(Missing(source, path));
            return [];
        }

        return File(path, baseDirectory, problems) is { } file ? [file] : [];
    }

    private static CorpusProblem Missing(string source, string path)
    {
        if (source.Contains("doc", StringComparison.OrdinalIgnoreCase) && !source.Contains('.') && !source.Contains('/'))
        {
            return new CorpusProblem($"there is no source named {source}", "did you mean dotnet-docs? Otherwise name a file or a glob", path);
        }

        var folder = Path.GetDirectoryName(path);
        return Directory.Exists(folder)
            ? new CorpusProblem("the file does not exist", $"check its name; {folder} exists", path)
            : new CorpusProblem("the file does not exist, nor does its folder", "a relative path starts at the job file's folder", path);
    }

    private static SourceFile? File(string path, string baseDirectory, ProblemList problems)
    {
        var extension = Path.GetExtension(path);
        SourceKind? kind = extension.ToLowerInvariant() switch
        {
            ".txt" or ".md" => SourceKind.Text,
            ".jsonl" => SourceKind.JsonLines,
            ".xml" => SourceKind.Xml,
            ".parquet" => SourceKind.Parquet,
            _ => null,
        };
        if (kind is null)
        {
            var has = extension.Length == 0 ? "no extension" : $"the extension {extension}";
            problems.Add(new CorpusProblem(
                $"the file has {has}, which says nothing about how to read it",
                $"rename it to {Kinds}, or narrow the pattern, for example to *.txt",
                path));
            return null;
        }

        var info = new FileInfo(path);
        var relative = Path.GetRelativePath(baseDirectory, path);
        var name = relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
        return new SourceFile(path, name.Replace('\\', '/'), kind.Value, info.Length, info.LastWriteTimeUtc.Ticks);
    }
}
