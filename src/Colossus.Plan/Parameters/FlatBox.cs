namespace Colossus.Plan.Parameters;

/// <summary>A rectangle of a parameter, and how it lies in a rank's flat vector.</summary>
/// <param name="Parameter">Index into <see cref="ParameterTable.Parameters"/>, the same in the tables of all ranks.</param>
/// <param name="Box">Which elements of the whole parameter.</param>
/// <param name="Start">Index of the first of them in the flat vector.</param>
/// <param name="Stride">Elements from one row to the next there.</param>
public readonly record struct FlatBox(int Parameter, ParameterBox Box, long Start, long Stride)
{
    /// <summary>Where an element lies in the flat vector.</summary>
    /// <param name="row">Row of the whole parameter, within <see cref="Box"/>.</param>
    /// <param name="column">Column of the whole parameter, within <see cref="Box"/>.</param>
    public long At(long row, long column) => Start + ((row - Box.Row) * Stride) + column - Box.Column;
}
