using System.Text.Json.Serialization;

namespace Colossus.Data.Shards;

/// <summary>The <c>corpus.json</c> of a corpus folder. It is written last: a folder without it is not whole.</summary>
internal sealed record CorpusManifest(
    int Format,
    string Fingerprint,
    string Tokenizer,
    int Vocabulary,
    int EndOfText,
    int BytesPerToken,
    long Documents,
    long HeldOutDocuments,
    double Holdout,
    string Field,
    IReadOnlyList<string> Sources,
    SplitManifest Train,
    SplitManifest HeldOut,
    [property: JsonPropertyName("tokensSha256")] string TokensSha256,
    long DocumentsFileBytes,
    IReadOnlyList<string> Notes,
    long SkippedLines = 0)
{
    /// <summary>Changes whenever the files or the way that text is read change: then old shards are not used any more.</summary>
    public const int CurrentFormat = 2;

    public const string FileName = "corpus.json";
    public const string DocumentsFileName = "documents.jsonl";
    /// <summary>A line for each bad line that was passed over; only there when there were any.</summary>
    public const string SkippedFileName = "skipped.txt";
    public const string TokenBytesFileName = "token-bytes.bin";

    public CorpusInfo ToInfo(string folder, bool reused, IReadOnlyList<string>? further = null) => new(
        folder,
        Tokenizer,
        Vocabulary,
        EndOfText,
        Train.Tokens,
        HeldOut.Tokens,
        Train.Bytes,
        HeldOut.Bytes,
        Documents,
        HeldOutDocuments,
        Fingerprint,
        TokensSha256,
        reused,
        [.. Notes, .. further ?? []],
        SkippedLines);
}
