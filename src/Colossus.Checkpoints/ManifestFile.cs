namespace Colossus.Checkpoints;

/// <summary>A data file of a checkpoint.</summary>
/// <param name="Name">Its name within the checkpoint's folder.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">SHA-256 of the whole file, 64 lower-case hexadecimal digits.</param>
public sealed record ManifestFile(string Name, long Bytes, string Sha256);
