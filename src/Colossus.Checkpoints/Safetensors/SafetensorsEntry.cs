namespace Colossus.Checkpoints.Safetensors;

/// <summary>One tensor of a file that was opened; its place was checked against the file's size.</summary>
/// <param name="Name">Key in the header.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dims, each 0 or more; empty for a scalar.</param>
/// <param name="Offset">First byte, counted from the start of the file.</param>
/// <param name="ByteCount">Number of bytes.</param>
public sealed record SafetensorsEntry(string Name, TensorType Type, IReadOnlyList<long> Shape, long Offset, long ByteCount);
