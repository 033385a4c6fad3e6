namespace Colossus.Plan.Parameters;

/// <summary>A rectangle of a whole parameter. A vector is one row.</summary>
/// <param name="Row">First row.</param>
/// <param name="Rows">Rows, 0 or more.</param>
/// <param name="Column">First column.</param>
/// <param name="Columns">Columns, 0 or more.</param>
public readonly record struct ParameterBox(long Row, long Rows, long Column, long Columns)
{
    /// <summary>Elements.</summary>
    public long Count => Rows * Columns;

    /// <summary>All of a parameter.</summary>
    /// <param name="parameter">The parameter, of a table of the whole model.</param>
    public static ParameterBox Of(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return parameter.Columns > 0 ? new ParameterBox(0, parameter.Rows, 0, parameter.Columns) : new ParameterBox(0, 1, 0, parameter.Rows);
    }

    /// <summary>The elements that both have.</summary>
    /// <param name="other">Another rectangle of the same parameter.</param>
    public ParameterBox Intersect(ParameterBox other)
    {
        long row = Math.Max(Row, other.Row), column = Math.Max(Column, other.Column);
        return new ParameterBox(
            row,
            Math.Max(0, Math.Min(Row + Rows, other.Row + other.Rows) - row),
            column,
            Math.Max(0, Math.Min(Column + Columns, other.Column + other.Columns) - column));
    }

    /// <summary>What is left without a rectangle that lies within: above, below, left and right of it.</summary>
    /// <param name="inner">The rectangle; not empty.</param>
    public IEnumerable<ParameterBox> Without(ParameterBox inner)
    {
        ParameterBox[] sides =
        [
            this with { Rows = inner.Row - Row },
            this with { Row = inner.Row + inner.Rows, Rows = Row + Rows - inner.Row - inner.Rows },
            new(inner.Row, inner.Rows, Column, inner.Column - Column),
            new(inner.Row, inner.Rows, inner.Column + inner.Columns, Column + Columns - inner.Column - inner.Columns),
        ];
        return sides.Where(side => side.Count > 0);
    }
}
