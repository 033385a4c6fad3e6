namespace Colossus.Training.Backends;

/// <summary>Where a range of working weights lies.</summary>
/// <param name="Weights">In the format of the residual stream.</param>
/// <param name="Matrices">In the format of products; 0 where that is the same.</param>
internal readonly record struct WorkingAddress(nint Weights, nint Matrices);
