using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints;

/// <summary>A tensor that a program expects in a checkpoint.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dims.</param>
public sealed record TensorDeclaration(string Name, TensorType Type, IReadOnlyList<long> Shape)
{
    /// <summary>How a checkpoint's tensor of this name differs; null when it does not.</summary>
    internal string? Difference(ManifestTensor? found) => found is null
        ? $"{Name} is missing"
        : found.Type != Type || !found.Shape.SequenceEqual(Shape)
            ? $"{Name} is {found.Type.Spelling()} [{string.Join(", ", found.Shape)}] there and {Type.Spelling()} [{string.Join(", ", Shape)}] here"
            : null;
}
