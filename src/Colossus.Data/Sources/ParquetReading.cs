using Parquet;
using Parquet.Schema;

namespace Colossus.Data.Sources;

/// <summary>Reads one string column of a Parquet file, row group by row group. Nulls and empty texts are passed over.</summary>
internal static class ParquetReading
{
    public static IEnumerable<Document> Read(SourceFile file, string field, ProblemList problems, Action<long> at)
    {
        using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (Open(stream, file, problems) is not { } reader)
        {
            yield break;
        }

        try
        {
            if (Column(reader, field, file, problems) is not { } column)
            {
                yield break;
            }

            long row = 0;
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                if (Texts(reader, group, column, file, problems) is not { } texts)
                {
                    yield break;
                }

                for (var i = 0; i < texts.Length; i++, row++)
                {
                    if (!string.IsNullOrWhiteSpace(texts[i]))
                    {
                        yield return new Document($"{file.Name}:{row}", file.Name, texts[i]!);
                    }

                    at((long)(file.Bytes * (group + ((i + 1.0) / texts.Length)) / reader.RowGroupCount));
                }
            }
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static ParquetReader? Open(FileStream stream, SourceFile file, ProblemList problems)
    {
        try
        {
            return ParquetReader.CreateAsync(stream, leaveStreamOpen: true).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            problems.Add(Damaged(file, error));
            return null;
        }
    }

    private static DataField? Column(ParquetReader reader, string field, SourceFile file, ProblemList problems)
    {
        var columns = reader.Schema.GetDataFields();
        var column = Array.Find(columns, candidate => candidate.Name == field || candidate.Path.ToString() == field);
        if (column is null)
        {
            var there = string.Join(", ", columns.Select(candidate => candidate.Name).Take(20));
            problems.Add(new CorpusProblem($"there is no column {field}", $"set data.field to one of those there: {there}", file.Path));
            return null;
        }

        if (!HoldsText(column) || column.IsArray || column.MaxRepetitionLevel > 0)
        {
            var strings = string.Join(", ", columns.Where(HoldsText).Select(candidate => candidate.Name).Take(20));
            var next = strings.Length == 0 ? "the file has no column of strings" : $"set data.field to a column of strings: {strings}";
            problems.Add(new CorpusProblem($"the column {field} holds {(HoldsText(column) ? "lists" : column.ClrType.Name)}, not one string a row", next, file.Path));
            return null;
        }

        return column;
    }

    // The library's type for strings.
    private static bool HoldsText(DataField column) => column.ClrType == typeof(ReadOnlyMemory<char>) || column.ClrType == typeof(string);

    private static string?[]? Texts(ParquetReader reader, int group, DataField column, SourceFile file, ProblemList problems)
    {
        try
        {
            using var rows = reader.OpenRowGroupReader(group);
            var texts = new string?[checked((int)rows.RowCount)];
            rows.ReadAsync(column, texts.AsMemory()!).AsTask().GetAwaiter().GetResult();
            return texts;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The library answers a damaged file with whatever exception its decoder ran into.
            problems.Add(Damaged(file, error));
            return null;
        }
    }

    private static CorpusProblem Damaged(SourceFile file, Exception error) => new(
        $"not a readable Parquet file: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}", "write or download it again", file.Path);
}
