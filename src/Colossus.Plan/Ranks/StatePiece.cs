using Colossus.Plan.Parameters;

namespace Colossus.Plan.Ranks;

/// <summary>Consecutive elements of the state on one rank.</summary>
/// <param name="Bucket">The bucket to which they belong.</param>
/// <param name="Range">Which elements of the flat vector of parameters; possibly none.</param>
/// <param name="Offset">Where they begin in what the rank keeps, in elements.</param>
public readonly record struct StatePiece(int Bucket, FlatRange Range, long Offset);
