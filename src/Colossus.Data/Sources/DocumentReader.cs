namespace Colossus.Data.Sources;

/// <summary>
/// Reads files of every kind as documents, in order, each once. Problems are collected and reading goes on where that makes sense, so that a
/// person sees the mistakes of all files at once.
/// </summary>
internal sealed class DocumentReader(string field, ProblemList problems)
{
    private readonly DotnetDocsReader dotnetDocs = new(problems);

    /// <summary>Bytes of finished files; with <see cref="InFile"/> it is how far reading has come.</summary>
    public long FinishedBytes { get; private set; }

    /// <summary>How far reading has come within the current file, in bytes.</summary>
    public long InFile { get; private set; }

    public IEnumerable<Document> Read(SourceFile file)
    {
        using var documents = Open(file).GetEnumerator();
        while (Next(documents, file))
        {
            yield return documents.Current;
        }

        InFile = 0;
        FinishedBytes += file.Bytes;
    }

    private IEnumerable<Document> Open(SourceFile file)
    {
        void At(long position) => InFile = Math.Clamp(position, 0, file.Bytes);
        return file.Kind switch
        {
            SourceKind.Text => TextReading.Read(file, problems, At),
            SourceKind.JsonLines => JsonLinesReading.Read(file, field, problems, At),
            SourceKind.Xml => XmlReading.Read(file, problems, At),
            SourceKind.Parquet => ParquetReading.Read(file, field, problems, At),
            SourceKind.DotnetDocs => dotnetDocs.Read(file, At),
            _ => throw new InvalidOperationException($"No reader for {file.Kind}."),
        };
    }

    private bool Next(IEnumerator<Document> documents, SourceFile file)
    {
        try
        {
            return documents.MoveNext();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(file.Unreadable(error));
        }

        return false;
    }
}
