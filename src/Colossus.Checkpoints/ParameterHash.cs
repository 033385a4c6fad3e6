namespace Colossus.Checkpoints;

/// <summary>One parameter's part of the fingerprint.</summary>
/// <param name="Name">The parameter's name.</param>
/// <param name="Shape">Its dims.</param>
/// <param name="Sha256">SHA-256 of its fp32 values, little-endian and row-major; 64 lower-case hexadecimal digits.</param>
public sealed record ParameterHash(string Name, IReadOnlyList<long> Shape, string Sha256);
