using System.Text.Json.Serialization;

namespace Colossus.Data.Shards;

/// <summary>What a folder of token shards holds; its <c>corpus.json</c>.</summary>
/// <param name="FormatVersion">Version of the layout.</param>
/// <param name="Fingerprint">Of sources, tokenizer and split: the folder's name.</param>
/// <param name="Tokenizer">The tokenizer's name.</param>
/// <param name="Vocabulary">Number of ids.</param>
/// <param name="TokenBytes">Bytes of one id in the files: 1, 2 or 4.</param>
/// <param name="Documents">Documents, held-out ones included.</param>
/// <param name="TrainTokens">Tokens in <c>train.bin</c>.</param>
/// <param name="HeldOutTokens">Tokens in <c>heldout.bin</c>.</param>
/// <param name="TextBytes">UTF-8 bytes of all documents.</param>
public sealed record CorpusInfo(
    int FormatVersion,
    string Fingerprint,
    string Tokenizer,
    int Vocabulary,
    int TokenBytes,
    long Documents,
    long TrainTokens,
    long HeldOutTokens,
    long TextBytes)
{
    /// <summary>The folder; not part of the file.</summary>
    [JsonIgnore]
    public string Folder { get; init; } = string.Empty;

    /// <summary>Whether it was there already; not part of the file.</summary>
    [JsonIgnore]
    public bool Reused { get; init; }
}
