using System.Text.Json.Serialization;

namespace Colossus.Data.Shards;

/// <summary>One file of tokens.</summary>
/// <param name="File">Its name.</param>
/// <param name="Tokens">Number of its tokens.</param>
/// <param name="Bytes">Length of the file, header included.</param>
/// <param name="Sha256">SHA-256 of what follows the header.</param>
internal sealed record ShardManifest(string File, long Tokens, long Bytes, [property: JsonPropertyName("sha256")] string Sha256);
