using System.Text.Json.Serialization;
using Colossus.Data.Sources;

namespace Colossus.Data.Shards;

/// <summary>The hash that a file had while it had a stamp: a line of a file of <see cref="KnownHashes"/>.</summary>
/// <param name="Name">What the file is known by.</param>
/// <param name="Stamp">Its stamp.</param>
/// <param name="Sha256">SHA-256 of its bytes, hexadecimal.</param>
internal sealed record KnownHash(string Name, FileStamp Stamp, [property: JsonPropertyName("sha256")] string Sha256);
