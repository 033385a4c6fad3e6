using ParquetSharp;

namespace Colossus.Data.Sources;

/// <summary>
/// The values of one string column of a Parquet file, page by page: of the columns beside it not even the type matters. In memory are a page, packed and unpacked, and the
/// column's dictionary. Checksums of pages are verified where a file has them.
/// </summary>
internal sealed unsafe class ParquetColumn : IDisposable
{
    private const int Batch = 256;
    private const int MostPaths = 20;

    private readonly ReaderProperties properties;
    private readonly ParquetFileReader reader;
    private readonly int groups;
    private readonly int index;
    private readonly short definedAt;
    private readonly short[] levels = new short[Batch];
    private readonly ByteArray[] values = new ByteArray[Batch];
    private RowGroupReader? rows;
    private ColumnReader<ByteArray>? column;
    private int group = -1;
    private int filled;
    private int level;
    private int value;

    private ParquetColumn(ReaderProperties properties, ParquetFileReader reader, string field)
    {
        this.properties = properties;
        this.reader = reader;
        var about = reader.FileMetaData;
        groups = about.NumRowGroups;
        index = Find(about.Schema, field);
        definedAt = about.Schema.Column(index).MaxDefinitionLevel;
    }

    /// <summary>Share of the row groups that have been read.</summary>
    public double Share => groups == 0 ? 1 : (double)group / groups;

    /// <summary>Opens a file.</summary>
    /// <exception cref="SourceException">It cannot be read, or has no such column of strings.</exception>
    public static ParquetColumn Open(string path, string field) => Guard(() =>
    {
        var properties = ReaderProperties.GetDefaultReaderProperties();
        properties.EnableBufferedStream();
        properties.EnablePageChecksumVerification();
        ParquetFileReader? reader = null;
        try
        {
            reader = new ParquetFileReader(path, properties);
            return new ParquetColumn(properties, reader, field);
        }
        catch
        {
            reader?.Dispose();
            properties.Dispose();
            throw;
        }
    });

    /// <summary>Goes to the next row.</summary>
    /// <param name="bytes">The value's bytes; null where the row has none.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="SourceException">The file is damaged.</exception>
    public bool Next(out byte[]? bytes)
    {
        bytes = null;
        if (level == filled && !Guard(Fill))
        {
            return false;
        }

        if (levels[level++] == definedAt)
        {
            var found = values[value++];
            bytes = new ReadOnlySpan<byte>((void*)found.Pointer, found.Length).ToArray();
        }

        return true;
    }

    public void Dispose()
    {
        column?.Dispose();
        rows?.Dispose();
        reader.Dispose();
        properties.Dispose();
    }

    private bool Fill()
    {
        (level, value, filled) = (0, 0, 0);
        while (filled == 0)
        {
            if (column is { HasNext: true })
            {
                // A column that every row has comes without levels.
                Array.Fill(levels, definedAt);
                filled = (int)column.ReadBatch(Batch, levels, null, values, out _);
                if (filled == 0)
                {
                    throw new ParquetException("ParquetException", "a page holds fewer values than it says");
                }
            }
            else if (++group >= groups)
            {
                return false;
            }
            else
            {
                column?.Dispose();
                rows?.Dispose();
                rows = reader.RowGroup(group);
                column = (ColumnReader<ByteArray>)rows.Column(index);
            }
        }

        return true;
    }

    private static int Find(SchemaDescriptor schema, string field)
    {
        var columns = Enumerable.Range(0, schema.NumColumns).Select(schema.Column).ToList();
        var found = columns.FindAll(candidate => candidate.Path.ToDotString() == field);
        if (found.Count == 0)
        {
            var under = columns.FindAll(candidate => candidate.Path.ToDotString().StartsWith(field + ".", StringComparison.Ordinal));
            throw new SourceException(
                under.Count > 0 ? $"the column {field} is a group" : $"there is no column {field}", Advice(under.Exists(IsText) ? under : columns));
        }

        if (found.Count > 1)
        {
            var paths = string.Join(" and ", found.Select(candidate => string.Join(" → ", candidate.Path.ToDotVector().Select(name => name.Contains('.') ? $"\"{name}\"" : name))));
            throw new SourceException($"the column {field} is there more than once: {paths}", "rename one of them, so that there is one text");
        }

        if (!IsText(found[0]))
        {
            var kind = found[0].MaxRepetitionLevel > 0 ? "lists" : found[0].PhysicalType == PhysicalType.ByteArray ? "bytes that are no text" : found[0].PhysicalType.ToString();
            throw new SourceException($"the column {field} holds {kind}, not one string a row", Advice(columns));
        }

        return columns.IndexOf(found[0]);
    }

    private static string Advice(List<ColumnDescriptor> columns)
    {
        var texts = columns.Where(IsText).Select(column => column.Path.ToDotString()).Take(MostPaths).ToList();
        return texts.Count == 0 ? "the file has no column of strings" : $"set data.field to a column of strings: {string.Join(", ", texts)}";
    }

    // Old writers leave their strings unmarked; whether such bytes are text is seen when they are read.
    private static bool IsText(ColumnDescriptor column)
    {
        if (column.PhysicalType != PhysicalType.ByteArray || column.MaxRepetitionLevel > 0)
        {
            return false;
        }

        try
        {
            using var type = column.LogicalType;
            return type.Type is LogicalTypeEnum.String or LogicalTypeEnum.None or LogicalTypeEnum.Json or LogicalTypeEnum.Enum;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false; // A type that the library has no name for.
        }
    }

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is not (SourceException or IOException or UnauthorizedAccessException))
        {
            // A file can be damaged in more ways than the library has exceptions for, memory that it claims to need among them.
            var reason = Reason(error);
            throw new SourceException(
                $"not a readable Parquet file: {reason}",
                reason.Contains("decrypt", StringComparison.OrdinalIgnoreCase) || reason.Contains("encrypt", StringComparison.OrdinalIgnoreCase)
                    ? "write it again without encryption: Colossus has no keys"
                    : "write or download it again");
        }
    }

    // The library says "TypeName (message: 'what happened')".
    private static string Reason(Exception error)
    {
        var message = error.Message.ReplaceLineEndings(" ");
        var start = message.IndexOf("(message: '", StringComparison.Ordinal);
        var reason = start < 0 ? message : message[(start + 11)..].Replace("')", "", StringComparison.Ordinal);
        return reason.Trim().TrimEnd('.');
    }
}
