using System.Text.Json.Serialization;

namespace Colossus.Data.Shards;

/// <summary>Where one document of a corpus came from and where its tokens are: a line of <c>documents.jsonl</c>.</summary>
/// <param name="Id">Name of the document.</param>
/// <param name="Source">The file it came from.</param>
/// <param name="Split"><c>train</c> or <c>heldout</c>.</param>
/// <param name="Shard">The shard file its first token is in; a document may go on in the next one.</param>
/// <param name="Offset">Its first token, counted from the start of the split.</param>
/// <param name="Tokens">Number of its tokens, the separator behind it not counted.</param>
/// <param name="Bytes">Length of its text in UTF-8.</param>
/// <param name="Sha256">SHA-256 of its text in UTF-8, hexadecimal.</param>
/// <param name="Region">What the source says about its region; null when nothing.</param>
/// <param name="Consent">What the source says about consent; null when nothing.</param>
/// <param name="CollectedAt">What the source says about when it was collected; null when nothing.</param>
/// <param name="Subject">What the source says about whom or what it concerns; null when nothing.</param>
public sealed record DocumentRecord(
    string Id,
    string Source,
    string Split,
    string Shard,
    long Offset,
    long Tokens,
    long Bytes,
    [property: JsonPropertyName("sha256")] string Sha256,
    string? Region = null,
    string? Consent = null,
    string? CollectedAt = null,
    string? Subject = null);
