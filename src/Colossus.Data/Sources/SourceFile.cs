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
    public bool Changed()
    {
        var now = new FileInfo(Path);
        return !now.Exists || now.Length != Bytes || now.LastWriteTimeUtc.Ticks != ModifiedTicks;
    }
}
