namespace Colossus.Plan.Programs;

/// <summary>A named matrix that operations read and write; it has no place in memory before <see cref="Lowering"/> gives it one.</summary>
/// <param name="name">Unique within a program, as in <c>layers.3.attention.qkv</c>.</param>
/// <param name="format">Its number format.</param>
/// <param name="rows">Rows, most often the tokens of a micro-batch.</param>
/// <param name="columns">What lies side by side in a row, one extent or more.</param>
public sealed class Value(string name, ValueFormat format, Extent rows, params IReadOnlyList<Extent> columns)
{
    /// <summary>Unique within a program.</summary>
    public string Name { get; } = name;

    /// <summary>Number format.</summary>
    public ValueFormat Format { get; } = format;

    /// <summary>Rows.</summary>
    public Extent Rows { get; } = rows;

    /// <summary>What lies side by side in a row.</summary>
    public IReadOnlyList<Extent> Columns { get; } = columns;

    /// <summary>Elements of a row.</summary>
    public int Width => Columns.Sum(column => column.Size);

    /// <summary>Elements.</summary>
    public long Count => (long)Rows.Size * Width;

    /// <summary>A value of the same shape.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="format">Its format.</param>
    public Value Like(string name, ValueFormat format) => new(name, format, Rows, Columns);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{Rows}, {string.Join(" | ", Columns)}]";
}
