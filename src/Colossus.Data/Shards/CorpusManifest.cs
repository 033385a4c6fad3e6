using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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
    IReadOnlyList<SourceRecord> Sources,
    SplitManifest Train,
    SplitManifest HeldOut,
    [property: JsonPropertyName("tokensSha256")] string TokensSha256,
    IReadOnlyList<FileManifest> Files,
    IReadOnlyList<string> Notes,
    [property: JsonPropertyName("sha256")] string Sha256,
    long SkippedLines = 0)
{
    /// <summary>Changes whenever the files or the way that text is read change: then old shards are not used any more.</summary>
    public const int CurrentFormat = 2;

    public const string FileName = "corpus.json";
    public const string DocumentsFileName = "documents.jsonl";
    /// <summary>A line for each bad line that was passed over; only there when there were any.</summary>
    public const string SkippedFileName = "skipped.txt";
    public const string TokenBytesFileName = "token-bytes.bin";

    /// <summary>The manifest with its hashes: that of the tokens, and that of itself.</summary>
    public CorpusManifest Seal()
    {
        var named = this with { TokensSha256 = HashOfTokens() };
        return named with { Sha256 = named.HashOfSelf() };
    }

    /// <summary>Whether it is as <see cref="Seal"/> left it.</summary>
    public bool IsSealed() => Sha256 == HashOfSelf();

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
        Sources,
        reused,
        [.. Notes, .. further ?? []],
        SkippedLines);

    private string HashOfSelf() =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this with { Sha256 = "" }, DataJson.Lines.CorpusManifest)));

    /// <summary>Hash of all that decides what a model sees: how texts become tokens, the tokens, and which of them are held out. Not where they came from.</summary>
    private string HashOfTokens()
    {
        var text = new StringBuilder($"{Tokenizer} {Vocabulary} {EndOfText}\n");
        foreach (var (file, sha256) in Files.Where(file => file.File is not (DocumentsFileName or SkippedFileName)).Select(file => (file.File, file.Sha256))
            .Concat(Train.Shards.Concat(HeldOut.Shards).Select(shard => (shard.File, shard.Sha256))))
        {
            text.Append(file).Append(' ').Append(sha256).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
