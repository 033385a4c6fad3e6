using System.Text;

namespace Colossus.Specs.Tables;

/// <summary>A table of comma-separated values with a header row (RFC 4180: quoted cells, doubled quotes, line breaks inside quotes).</summary>
public sealed class CsvTable
{
    private readonly Dictionary<string, int> columnIndex;

    private CsvTable(string source, IReadOnlyList<string> columns, IReadOnlyList<CsvRow> rows)
    {
        Source = source;
        Columns = columns;
        Rows = rows;
        this.columnIndex = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < columns.Count; i++)
        {
            columnIndex.TryAdd(columns[i], i);
        }
    }

    /// <summary>Name of the file that the table was read from, for messages.</summary>
    public string Source { get; }

    /// <summary>The header's cells in order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows below the header; rows that are wholly empty are left out.</summary>
    public IReadOnlyList<CsvRow> Rows { get; }

    /// <summary>Position of a column, or -1 if the header lacks it.</summary>
    /// <param name="column">The column's name, case counts.</param>
    public int IndexOf(string column) => columnIndex.TryGetValue(column, out int index) ? index : -1;

    /// <summary>Reads a table from text.</summary>
    /// <param name="text">The whole text; the first row is the header.</param>
    /// <param name="source">Name for messages.</param>
    public static CsvTable Parse(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<(int Line, List<string> Cells)> records = Split(text);
        if (records.Count == 0)
        {
            return new CsvTable(source, [], []);
        }

        var rows = new List<CsvRow>(records.Count);
        var table = new CsvTable(source, records[0].Cells, rows);
        foreach ((int line, List<string> cells) in records.Skip(1))
        {
            rows.Add(new CsvRow(table, line, cells));
        }

        return table;
    }

    private static List<(int Line, List<string> Cells)> Split(string text)
    {
        var records = new List<(int, List<string>)>();
        var cells = new List<string>();
        var cell = new StringBuilder();
        bool quoted = false;
        int line = 1;
        int recordLine = 1;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\n')
            {
                line++;
            }

            if (quoted)
            {
                if (c != '"')
                {
                    cell.Append(c);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    cell.Append('"');
                    i++;
                }
                else
                {
                    quoted = false;
                }
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else if (c == ',')
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else if (c == '\n')
            {
                EndRecord();
                recordLine = line;
            }
            else if (c != '\r' && c != '\uFEFF')
            {
                cell.Append(c);
            }
        }

        EndRecord();
        return records;

        void EndRecord()
        {
            cells.Add(cell.ToString());
            cell.Clear();
            if (cells.Exists(static value => value.Length > 0))
            {
                records.Add((recordLine, cells));
            }

            cells = [];
        }
    }
}
