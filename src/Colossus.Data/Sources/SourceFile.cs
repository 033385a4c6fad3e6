namespace Colossus.Data.Sources;

/// <summary>A file to read, as it was when the sources were looked up.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Name">The name that documents and messages carry: relative to the job file's folder where the file lies in it.</param>
/// <param name="Kind">How it is read.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="ModifiedTicks">When it was last written, UTC ticks.</param>
/// <param name="Packing">How it is compressed.</param>
internal sealed record SourceFile(
    string Path, string Name, SourceKind Kind, long Bytes, long ModifiedTicks, SourcePacking Packing = SourcePacking.None)
{
    /// <summary>Why the file cannot be read, for a person.</summary>
    /// <param name="error">What the system said.</param>
    public CorpusProblem Unreadable(Exception error) => error is UnauthorizedAccessException
        ? new CorpusProblem($"the file cannot be read: {error.Message}", "make it readable for you (chmod u+r)", Path)
        : new CorpusProblem($"reading failed: {error.Message}", "check the disk and try again", Path);

    public bool Changed()
    {
        return Look(Path) is not { } now || now.Length != Bytes || now.LastWriteTimeUtc.Ticks != ModifiedTicks;
    }

    /// <summary>Looks at a file; at the target of a link, since that is read and may change.</summary>
    /// <returns>Null when there is none.</returns>
    public static FileInfo? Look(string path)
    {
        try
        {
            var info = new FileInfo(path);
            info = info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info;
            return info.Exists ? info : null;
        }
        catch (IOException)
        {
            return null; // Links that lead in a circle.
        }
    }
}
