using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Colossus.Data.Sources;
using Colossus.Data.Tokenizers;

namespace Colossus.Data.Shards;

/// <summary>Writes documents to the two splits of a corpus and their provenance to <c>documents.jsonl</c>.</summary>
internal sealed class CorpusWriter : IDisposable
{
    private const int BatchDocuments = 64;
    private const int BatchCharacters = 1 << 18;
    private const long ShardBytes = 256L << 20;

    private readonly string folder;
    private readonly ITextTokenizer tokenizer;
    private readonly ulong threshold;
    private readonly SplitWriter train;
    private readonly SplitWriter heldOut;
    private readonly FileStream records;
    private readonly List<Document> batch = [];
    private readonly HeldOutEnd? end;
    private StreamWriter? skipped;
    private int batchCharacters;

    /// <summary>A writer into an empty folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="tokenizer">Encodes the texts.</param>
    /// <param name="fingerprint">Fingerprint of the corpus.</param>
    /// <param name="threshold">Documents whose hash is below it are held out.</param>
    /// <param name="end">A text whose end is held out; null for none.</param>
    /// <param name="shardBytes">Most bytes of tokens in a shard; null for 256 MiB.</param>
    public CorpusWriter(string folder, ITextTokenizer tokenizer, string fingerprint, ulong threshold, HeldOutEnd? end = null, long? shardBytes = null)
    {
        this.folder = folder;
        this.tokenizer = tokenizer;
        this.threshold = threshold;
        this.end = end;
        BytesPerToken = tokenizer.VocabularySize <= 1 << 8 ? 1 : tokenizer.VocabularySize <= 1 << 16 ? 2 : 4;
        var shardTokens = ((shardBytes ?? ShardBytes) - ShardHeader.Length) / BytesPerToken;
        var key = new UInt128(Convert.ToUInt64(fingerprint[..16], 16), Convert.ToUInt64(fingerprint[16..32], 16));
        train = new SplitWriter(folder, heldOut: false, BytesPerToken, key, shardTokens);
        heldOut = new SplitWriter(folder, heldOut: true, BytesPerToken, key, shardTokens);
        records = new FileStream(Path.Combine(folder, CorpusManifest.DocumentsFileName), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
    }

    public int BytesPerToken { get; }

    public long TrainDocuments => train.Documents;

    public long HeldOutDocuments => heldOut.Documents;

    public long Tokens => train.Tokens + heldOut.Tokens;

    /// <summary>Bytes of the training text.</summary>
    public long TrainBytes => train.Bytes;

    /// <summary>Bytes of the text held out.</summary>
    public long HeldOutBytes => heldOut.Bytes;

    /// <summary>The longest document so far.</summary>
    public string LongestText { get; private set; } = "";

    /// <summary>Bad lines passed over.</summary>
    public long SkippedLines { get; private set; }

    /// <summary>The first of them.</summary>
    public CorpusProblem? FirstSkipped { get; private set; }

    public void Add(Document document)
    {
        LongestText = document.Text.Length > LongestText.Length ? document.Text : LongestText;
        if (end is { } taken && document.Text == taken.Text)
        {
            AddWhole(document with { Text = taken.Text[..taken.Start], Piece = DocumentPiece.Front });
            AddWhole(document with { Text = taken.Text[taken.Start..], Piece = DocumentPiece.End });
        }
        else
        {
            AddWhole(document);
        }
    }

    /// <summary>Writes down a bad line that was passed over.</summary>
    public void Skip(CorpusProblem problem)
    {
        FirstSkipped ??= problem;
        SkippedLines++;
        skipped ??= new StreamWriter(new FileStream(Path.Combine(folder, CorpusManifest.SkippedFileName), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16));
        skipped.Write(problem with { NextStep = null });
        skipped.Write('\n');
    }

    /// <summary>Writes the documents that still wait for their batch.</summary>
    public void Flush() => WriteBatch();

    /// <summary>Writes what is left and closes the files.</summary>
    public (SplitManifest Train, SplitManifest HeldOut) Finish()
    {
        WriteBatch();
        records.Flush(flushToDisk: true);
        skipped?.Dispose();
        records.Dispose();
        if (tokenizer.VocabularySize > 256)
        {
            WriteTokenBytes();
        }

        return (train.Finish(tokenizer.EndOfText), heldOut.Finish(tokenizer.EndOfText));
    }

    /// <summary>Removes the files of a writer that is done with, so that another can write there.</summary>
    public static void Remove(string folder)
    {
        File.Delete(Path.Combine(folder, CorpusManifest.DocumentsFileName));
        File.Delete(Path.Combine(folder, CorpusManifest.SkippedFileName));
        foreach (var shard in Directory.GetFiles(folder, "*.tokens"))
        {
            File.Delete(shard);
        }
    }

    public void Dispose()
    {
        train.Dispose();
        heldOut.Dispose();
        records.Dispose();
        skipped?.Dispose();
    }

    private void AddWhole(Document document)
    {
        // U+0000 is no character of any text; replacing it keeps byte 0 free for the end of a text.
        batch.Add(document.Text.Contains('\0') ? document with { Text = document.Text.Replace('\0', '\uFFFD') } : document);
        batchCharacters += document.Text.Length;
        if (batch.Count >= BatchDocuments || batchCharacters >= BatchCharacters)
        {
            WriteBatch();
        }
    }

    private void WriteBatch()
    {
        // Merging is what takes time, and each text is encoded on its own; the order of writing is that of the documents.
        var encoded = new Encoded[batch.Count];
        if (tokenizer is ByteTokenizer)
        {
            for (var i = 0; i < encoded.Length; i++)
            {
                encoded[i] = Encode(batch[i]);
            }
        }
        else
        {
            Parallel.For(0, encoded.Length, i => encoded[i] = Encode(batch[i]));
        }

        for (var i = 0; i < encoded.Length; i++)
        {
            Write(batch[i], encoded[i]);
        }

        batch.Clear();
        batchCharacters = 0;
    }

    private Encoded Encode(Document document)
    {
        var bytes = Encoding.UTF8.GetBytes(document.Text);
        return new Encoded(bytes, SHA256.HashData(bytes), tokenizer is ByteTokenizer ? null : tokenizer.Encode(document.Text));
    }

    private void Write(Document document, Encoded encoded)
    {
        var hash = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(encoded.Sha256);
        var split = hash < threshold || document.Piece == DocumentPiece.End ? heldOut : train;
        split.Begin(document, tokenizer.EndOfText);
        var record = new DocumentRecord(
            document.Id,
            document.Source,
            split.Name,
            split.NextShard,
            split.Tokens,
            encoded.Tokens?.Length ?? encoded.Utf8.Length,
            encoded.Utf8.Length,
            Convert.ToHexStringLower(encoded.Sha256),
            document.Origin?.Region,
            document.Origin?.Consent,
            document.Origin?.CollectedAt,
            document.Origin?.Subject);
        if (encoded.Tokens is { } tokens)
        {
            split.Write(tokens, encoded.Utf8.Length);
        }
        else
        {
            split.Write(encoded.Utf8);
        }

        JsonSerializer.Serialize(records, record, DataJson.Lines.DocumentRecord);
        records.WriteByte((byte)'\n');
    }

    // Bytes of text that each id stands for, uint16: with it a loss a token becomes a loss a byte without loading the tokenizer.
    private void WriteTokenBytes()
    {
        var lengths = new byte[tokenizer.VocabularySize * 2];
        for (var id = 0; id < tokenizer.VocabularySize; id++)
        {
            var length = id == tokenizer.EndOfText ? 1 : tokenizer.BytesOf(id).Length;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(lengths.AsSpan(id * 2), checked((ushort)length));
        }

        File.WriteAllBytes(Path.Combine(folder, CorpusManifest.TokenBytesFileName), lengths);
    }

    private readonly record struct Encoded(byte[] Utf8, byte[] Sha256, int[]? Tokens);
}
