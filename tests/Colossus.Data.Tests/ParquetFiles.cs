using ParquetSharp;
using ParquetSharp.Schema;

namespace Colossus.Data.Tests;

/// <summary>Parquet files of any schema. Columns that are not of strings have some value in each row.</summary>
internal static class ParquetFiles
{
    public static Node Text(string name, Repetition repetition = Repetition.Optional)
    {
        using var type = LogicalType.String();
        return new PrimitiveNode(name, repetition, type, PhysicalType.ByteArray);
    }

    public static Node Group(string name, Repetition repetition, params Node[] fields) => new GroupNode(name, repetition, fields);

    public static Node Float16(string name)
    {
        using var type = LogicalType.Float16();
        return new PrimitiveNode(name, Repetition.Required, type, PhysicalType.FixedLenByteArray, 2);
    }

    public static Node Number(string name, Repetition repetition = Repetition.Required)
    {
        using var type = LogicalType.None();
        return new PrimitiveNode(name, repetition, type, PhysicalType.Int32);
    }

    /// <summary>Writes a file of one row group.</summary>
    /// <param name="path">Where.</param>
    /// <param name="fields">The schema.</param>
    /// <param name="rows">What each column of strings has; null for nothing.</param>
    /// <param name="checksums">Whether pages have checksums.</param>
    public static unsafe void Write(string path, Node[] fields, byte[]?[] rows, bool checksums = false)
    {
        using var schema = new GroupNode("schema", Repetition.Required, fields);
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(Compression.Uncompressed);
        if (checksums)
        {
            builder.EnablePageChecksum();
        }

        using var properties = builder.Build();
        using var writer = new ParquetFileWriter(path, schema, properties);
        using var group = writer.AppendRowGroup();
        var columns = writer.Schema.NumColumns;
        for (var index = 0; index < columns; index++)
        {
            using var column = group.NextColumn();
            var defined = writer.Schema.Column(index).MaxDefinitionLevel;
            foreach (var row in rows)
            {
                short[] levels = [row is null && column is ColumnWriter<ByteArray> ? (short)(defined - 1) : defined];
                fixed (byte* bytes = row is { Length: > 0 } ? row : new byte[16])
                {
                    switch (column)
                    {
                        case ColumnWriter<ByteArray> texts:
                            texts.WriteBatch(1, levels, [0], row is null ? [] : [new ByteArray((nint)bytes, row.Length)]);
                            break;
                        case ColumnWriter<FixedLenByteArray> halves:
                            halves.WriteBatch(1, levels, [0], [new FixedLenByteArray((nint)bytes)]);
                            break;
                        case ColumnWriter<int> numbers:
                            numbers.WriteBatch(1, levels, [0], [1]);
                            break;
                    }
                }
            }
        }

        writer.Close();
    }
}
