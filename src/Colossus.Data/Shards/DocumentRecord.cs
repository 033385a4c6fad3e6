namespace Colossus.Data.Shards;

/// <summary>Where one document went; a line of <c>documents.jsonl</c>.</summary>
/// <param name="Origin">File, and the place in it.</param>
/// <param name="Sha256">Of its UTF-8 text.</param>
/// <param name="Split"><c>train</c> or <c>heldout</c>.</param>
/// <param name="Start">Its first token in that split's file.</param>
/// <param name="Tokens">Its tokens, the end of text included.</param>
/// <param name="Metadata">Fields that came with it.</param>
public sealed record DocumentRecord(string Origin, string Sha256, string Split, long Start, long Tokens, IReadOnlyDictionary<string, string> Metadata);
