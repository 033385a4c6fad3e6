namespace Colossus.Checkpoints.Safetensors;

/// <summary>What a writer made.</summary>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Sha256">SHA-256 of the whole file, 64 lower-case hexadecimal digits.</param>
public sealed record WrittenFile(long Bytes, string Sha256);
