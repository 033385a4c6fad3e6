using System.Text.Json.Serialization;

namespace Colossus.Data.Shards;

/// <summary>A file that text was read from, as it was then.</summary>
/// <param name="Name">Its name: relative to the job file's folder where it lies in it.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256 of its bytes, hexadecimal.</param>
public sealed record SourceRecord(string Name, long Bytes, [property: JsonPropertyName("sha256")] string Sha256);
