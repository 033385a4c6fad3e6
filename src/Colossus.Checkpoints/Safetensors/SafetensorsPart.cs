namespace Colossus.Checkpoints.Safetensors;

/// <summary>One tensor to be written.</summary>
/// <param name="Name">Key in the header; unique in the file, not empty, not <c>__metadata__</c>.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dims, each 0 or more; empty for a scalar.</param>
/// <param name="Bytes">The content, row-major; as many bytes as type and shape say.</param>
public sealed record SafetensorsPart(string Name, TensorType Type, IReadOnlyList<long> Shape, TensorBytes Bytes);
