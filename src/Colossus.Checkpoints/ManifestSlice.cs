namespace Colossus.Checkpoints;

/// <summary>A box of a tensor and the place where it is stored. The slices of a tensor cover it, each element once.</summary>
/// <param name="File">Name of a file of the manifest.</param>
/// <param name="Key">Name of the box in that file: the tensor's own when whole, else with <c>#</c> and the first row.</param>
/// <param name="Start">First index in each dim; empty for a scalar.</param>
/// <param name="Shape">Dims of the box, each 1 or more; empty for a scalar.</param>
public sealed record ManifestSlice(string File, string Key, IReadOnlyList<long> Start, IReadOnlyList<long> Shape);
