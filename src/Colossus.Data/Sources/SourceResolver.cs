namespace Colossus.Data.Sources;

/// <summary>Turns the sources of a job into files, or says what is wrong with each of them.</summary>
internal static class SourceResolver
{
    private const string Kinds = ".txt, .md, .jsonl, .json, .xml or .parquet";

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

        if (!System.IO.File.Exists(path) && FileTypes.Special(path) is null)
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
        if (FileTypes.Special(path) is { } special)
        {
            problems.Add(new CorpusProblem($"this is {special}, not a file; text is read more than once", "write what comes out of it to a file, and name that", path));
            return null;
        }

        var extension = Path.GetExtension(path).ToLowerInvariant();
        var packing = extension switch
        {
            ".gz" => SourcePacking.Gzip,
            ".zst" => SourcePacking.Zstandard,
            _ => SourcePacking.None,
        };
        var inner = packing == SourcePacking.None ? extension : Path.GetExtension(path[..^extension.Length]).ToLowerInvariant();
        SourceKind? kind = inner switch
        {
            ".txt" or ".md" => SourceKind.Text,
            ".jsonl" or ".ndjson" => SourceKind.JsonLines,
            ".json" => SourceKind.Json,
            ".xml" => SourceKind.Xml,
            ".parquet" => SourceKind.Parquet,
            _ => null,
        };
        if (Reject(path, extension, inner, kind, packing) is { } problem)
        {
            problems.Add(problem);
            return null;
        }

        if (SourceFile.Look(path) is not { } info)
        {
            problems.Add(new CorpusProblem("the file is gone, or a link that leads nowhere", "remove it, or narrow the pattern", path));
            return null;
        }

        var relative = Path.GetRelativePath(baseDirectory, path);
        var name = relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
        return new SourceFile(path, name.Replace('\\', '/'), kind!.Value, info.Length, info.LastWriteTimeUtc.Ticks, packing);
    }

    private static CorpusProblem? Reject(string path, string extension, string inner, SourceKind? kind, SourcePacking packing)
    {
        if (kind == SourceKind.Parquet && packing != SourcePacking.None)
        {
            return new CorpusProblem("a Parquet file is not read packed: its end has to be read first", $"unpack it: {Unpack(extension)} '{path}'", path);
        }

        if (kind is not null)
        {
            return null;
        }

        if (extension is ".bz2" or ".xz" or ".zip" or ".7z" or ".tar" or ".tgz" || inner == ".tar")
        {
            return new CorpusProblem($"archives such as this {(inner == ".tar" ? inner : "")}{extension} are not unpacked", "unpack it first; text packed by gzip (.gz) or Zstandard (.zst) is read as it is", path);
        }

        if (packing != SourcePacking.None)
        {
            return new CorpusProblem(
                "the file is packed, and its name does not tell what is in it", $"name it after its content, for example .jsonl{extension} or .txt{extension}, or unpack it: {Unpack(extension)} '{path}'", path);
        }

        var has = extension.Length == 0 ? "no extension" : $"the extension {extension}";
        return new CorpusProblem(
            $"the file has {has}, which says nothing about how to read it",
            $"rename it to {Kinds} if it holds that, or narrow the pattern, for example to *.txt",
            path);
    }

    private static string Unpack(string extension) => extension == ".gz" ? "gunzip" : "zstd -d";
}
