using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints;

/// <summary>A tensor that a program expects in a checkpoint.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dims.</param>
public sealed record TensorDeclaration(string Name, TensorType Type, IReadOnlyList<long> Shape);
