using System.Text.Json.Serialization;
using Colossus.Checkpoints.Safetensors;

namespace Colossus.Checkpoints;

/// <summary>A box of a tensor that stands in one shard.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Element type.</param>
/// <param name="TensorShape">Dims of the whole tensor.</param>
/// <param name="Key">Name of the box in the shard's file.</param>
/// <param name="Start">First index in each dim.</param>
/// <param name="Shape">Dims of the box.</param>
public sealed record ShardSlice(
    string Name,
    [property: JsonPropertyName("dtype")] TensorType Type,
    IReadOnlyList<long> TensorShape,
    string Key,
    IReadOnlyList<long> Start,
    IReadOnlyList<long> Shape);
