using System.Text.Json.Serialization;

namespace Colossus.Data.Shards;

/// <summary>A file of a corpus that holds no tokens.</summary>
/// <param name="File">Its name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256 of its bytes.</param>
internal sealed record FileManifest(string File, long Bytes, [property: JsonPropertyName("sha256")] string Sha256);
