namespace Colossus.Data.Sources;

/// <summary>Reads one string column of a Parquet file. Nulls and empty texts are passed over.</summary>
internal static class ParquetReading
{
    public static IEnumerable<Document> Read(SourceFile file, ReadingContext context)
    {
        using var column = ParquetColumn.Open(file.Path, context.Field);
        for (long row = 0; !context.Enough && column.Next(out var bytes); row++)
        {
            context.At((long)(file.Bytes * column.Share));
            if (bytes is null)
            {
                continue;
            }

            var invalid = Utf8Text.FirstInvalid(bytes);
            if (invalid >= 0)
            {
                context.BadLine(new CorpusProblem(
                    $"row {row}: byte {invalid} of the column {context.Field} is 0x{bytes[invalid]:X2}, which is not UTF-8 here",
                    "choose a column of text with data.field, write the file again, or pass over such rows with data.onBadLine: skip",
                    file.Path));
                continue;
            }

            foreach (var document in LongText.Documents($"{file.Name}:{row}", file.Name, bytes))
            {
                yield return document;
            }
        }
    }
}
