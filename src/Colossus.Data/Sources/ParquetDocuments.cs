using Parquet;

namespace Colossus.Data.Sources;

/// <summary>Documents from a text column of a Parquet file.</summary>
internal static class ParquetDocuments
{
    /// <summary>The documents, in the order of rows.</summary>
    /// <exception cref="CorpusException">The file is damaged, or has no such column.</exception>
    public static IEnumerable<Document> Read(string file, string column)
    {
        string?[] texts = Load(file, column).GetAwaiter().GetResult();
        for (int row = 0; row < texts.Length; row++)
        {
            if (!string.IsNullOrWhiteSpace(texts[row]))
            {
                yield return new Document($"{file}:{row}", texts[row]!, Document.None);
            }
        }
    }

    private static async Task<string?[]> Load(string file, string column)
    {
        try
        {
            await using var stream = File.OpenRead(file);
            await using var reader = await ParquetReader.CreateAsync(stream);
            var fields = reader.Schema.GetDataFields();
            var field = fields.FirstOrDefault(candidate => candidate.Name == column && candidate.ClrType == typeof(string))
                ?? throw new CorpusException(
                    $"{file}: no text column '{column}'; there are: {string.Join(", ", fields.Select(candidate => candidate.Name))}. Set data.field");
            var texts = new List<string?>();
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using var rows = reader.OpenRowGroupReader(group);
                string?[] values = new string[rows.RowGroup.NumRows];
                await rows.ReadAsync(field, values.AsMemory());
                texts.AddRange(values);
            }

            return [.. texts];
        }
        catch (Exception error) when (error is IOException or InvalidDataException or ParquetException)
        {
            throw new CorpusException($"{file}: cannot be read as Parquet: {error.Message}");
        }
    }
}
