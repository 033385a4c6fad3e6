using System.Text.Json;

namespace Colossus.Checkpoints;

/// <summary>What one rank wrote. Ranks hand it to the one that commits, as an object or as <see cref="ToJson"/>.</summary>
/// <param name="File">Name of the file, such as <c>rank-0000.safetensors</c>.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its checksum.</param>
/// <param name="Slices">The boxes in it, in the order in which they were given.</param>
public sealed record ShardRecord(string File, long Bytes, string Sha256, IReadOnlyList<ShardSlice> Slices)
{
    /// <summary>The record as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ShardJson.Default.ShardRecord);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The line.</param>
    /// <exception cref="CheckpointException">It is something else.</exception>
    public static ShardRecord FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ShardJson.Default.ShardRecord) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw CheckpointException.Malformed($"Not a record of a shard ({error.Message})", "message between ranks", error);
        }
    }
}
