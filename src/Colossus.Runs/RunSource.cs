using System.Text.Json.Serialization;

namespace Colossus.Runs;

/// <summary>A file that a run's text was read from, as it was then.</summary>
/// <param name="Name">Its name; a relative one starts at <see cref="RunData.Base"/>.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256 of its bytes, hexadecimal.</param>
public sealed record RunSource(string Name, long Bytes, [property: JsonPropertyName("sha256")] string Sha256);
