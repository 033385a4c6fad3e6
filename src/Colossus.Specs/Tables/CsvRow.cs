using System.Globalization;

namespace Colossus.Specs.Tables;

/// <summary>One row of a <see cref="CsvTable"/>.</summary>
public sealed class CsvRow
{
    private readonly CsvTable table;
    private readonly IReadOnlyList<string> cells;

    internal CsvRow(CsvTable table, int line, IReadOnlyList<string> cells)
    {
        this.table = table;
        Line = line;
        this.cells = cells;
    }

    /// <summary>Line of the file on which the row starts, counted from 1.</summary>
    public int Line { get; }

    /// <summary>The text in a column, trimmed; empty if the column or the cell is absent.</summary>
    /// <param name="column">The column's name.</param>
    public string this[string column]
    {
        get
        {
            int index = table.IndexOf(column);
            return index >= 0 && index < cells.Count ? cells[index].Trim() : "";
        }
    }

    /// <summary>The number in a column, or null if the cell is empty or not a number.</summary>
    /// <param name="column">The column's name.</param>
    public double? Number(string column) =>
        double.TryParse(this[column], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null;

    /// <summary>The whole number in a column, or null if the cell is empty, not a number or has a fraction.</summary>
    /// <param name="column">The column's name.</param>
    public int? Whole(string column) =>
        Number(column) is double value && value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue ? (int)value : null;
}
