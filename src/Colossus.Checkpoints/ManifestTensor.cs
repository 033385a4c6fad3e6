using System.Text.Json.Serialization;
using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints;

/// <summary>A tensor of a checkpoint: a parameter under its own name, or optimizer state as <c>optimizer.exp_avg.NAME</c> and <c>optimizer.exp_avg_sq.NAME</c>.</summary>
/// <param name="Name">Name, unique in the checkpoint.</param>
/// <param name="Type">Element type; <c>dtype</c> in the file.</param>
/// <param name="Shape">Dims of the whole tensor; empty for a scalar.</param>
/// <param name="Slices">Where its boxes are.</param>
public sealed record ManifestTensor(
    string Name,
    [property: JsonPropertyName("dtype")] TensorType Type,
    IReadOnlyList<long> Shape,
    IReadOnlyList<ManifestSlice> Slices)
{
    /// <summary>What the names of optimizer state begin with; every other tensor is a parameter.</summary>
    public const string OptimizerPrefix = "optimizer.";

    /// <summary>Whether it is a parameter of the model.</summary>
    [JsonIgnore]
    public bool IsParameter => !Name.StartsWith(OptimizerPrefix, StringComparison.Ordinal);
}
