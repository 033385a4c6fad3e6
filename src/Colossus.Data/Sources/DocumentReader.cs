namespace Colossus.Data.Sources;

/// <summary>
/// Reads files of every kind as documents, in order, each once. Problems are collected and reading goes on where that makes sense, so that a
/// person sees the mistakes of all files at once. Memory is bounded by the largest single line, JSON value, Parquet page or XML text run and not by the size or
/// number of files: see <see cref="ByteWindow"/> and <see cref="ParquetColumn"/>; documents themselves have at most <see cref="LongText.AnywhereAt"/> bytes.
/// </summary>
internal sealed class DocumentReader(ReadingContext context)
{
    private readonly DotnetDocsReader dotnetDocs = new(context);

    /// <summary>Bytes of finished files; with <see cref="InFile"/> it is how far reading has come.</summary>
    public long FinishedBytes { get; private set; }

    /// <summary>How far reading has come within the current file, in bytes.</summary>
    public long InFile { get; private set; }

    public IEnumerable<Document> Read(SourceFile file)
    {
        using var documents = Open(file).GetEnumerator();
        while (Next(documents, file))
        {
            InFile = Math.Clamp(context.InFile, 0, file.Bytes);
            yield return documents.Current;
        }

        InFile = 0;
        FinishedBytes += file.Bytes;
    }

    private IEnumerable<Document> Open(SourceFile file) => file.Kind switch
    {
        SourceKind.Text => TextReading.Read(file, context),
        SourceKind.JsonLines => JsonLinesReading.Read(file, context),
        SourceKind.Json => JsonReading.Read(file, context),
        SourceKind.Xml => XmlReading.Read(file, context),
        SourceKind.Parquet => ParquetReading.Read(file, context),
        SourceKind.DotnetDocs => dotnetDocs.Read(file),
        _ => throw new InvalidOperationException($"No reader for {file.Kind}."),
    };

    private bool Next(IEnumerator<Document> documents, SourceFile file)
    {
        try
        {
            return documents.MoveNext();
        }
        catch (SourceException error)
        {
            context.Problem(error.In(file.Path));
        }
        catch (InvalidDataException error) when (file.Packing != SourcePacking.None)
        {
            context.Problem(new CorpusProblem(
                $"the file cannot be unpacked: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}", "it is damaged or cut short: pack or download it again", file.Path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            context.Problem(file.Unreadable(error));
        }

        return false;
    }
}
