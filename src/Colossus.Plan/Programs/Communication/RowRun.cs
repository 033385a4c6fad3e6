namespace Colossus.Plan.Programs.Communication;

/// <summary>Consecutive rows of a rank that are consecutive rows of the whole.</summary>
/// <param name="Own">The first one among the rank's rows.</param>
/// <param name="Whole">The same one among those of the whole.</param>
/// <param name="Count">How many, 0 or more.</param>
public readonly record struct RowRun(int Own, int Whole, int Count);
