using Colossus.Plan.Parameters;

namespace Colossus.Plan.Ranks;

/// <summary>A rectangle of a parameter in the state of a rank.</summary>
/// <param name="Rank">The rank.</param>
/// <param name="Parameter">Index into <see cref="ParameterTable.Parameters"/>.</param>
/// <param name="Box">Which elements of the whole parameter.</param>
/// <param name="Offset">Where they begin in what the rank keeps, in elements.</param>
/// <param name="Stride">Elements from one row to the next there.</param>
public readonly record struct StateBox(int Rank, int Parameter, ParameterBox Box, long Offset, long Stride)
{
    /// <summary>A part of it.</summary>
    /// <param name="part">A rectangle within <see cref="Box"/>.</param>
    public StateBox Cut(ParameterBox part) => this with { Box = part, Offset = Offset + ((part.Row - Box.Row) * Stride) + part.Column - Box.Column };
}
