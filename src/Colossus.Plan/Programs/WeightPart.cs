namespace Colossus.Plan.Programs;

/// <summary>A rank's part of a tensor that tensor ranks share, or of which they have copies.</summary>
/// <param name="FirstRow">Row of the whole tensor that is the first one here.</param>
/// <param name="FirstColumn">Column of the whole tensor that is the first one here.</param>
/// <param name="WholeRows">Rows of the whole tensor; the rows here may reach beyond them, and are zero there.</param>
/// <param name="Copies">Consecutive tensor ranks that have this same part, 1 or more.</param>
/// <param name="Copy">This rank's place among them. What is counted once, such as the norm of the gradient, is counted at 0.</param>
/// <param name="SumsGradients">Whether each copy has a part of the gradient only, so that they are added up; else all have the whole of it, with the same bits.</param>
public sealed record WeightPart(int FirstRow, int FirstColumn, int WholeRows, int Copies, int Copy, bool SumsGradients);
