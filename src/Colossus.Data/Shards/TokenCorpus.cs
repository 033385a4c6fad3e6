using System.Text.Json;
using Colossus.Data.Tokenizers;

namespace Colossus.Data.Shards;

/// <summary>The tokens of a built corpus, mapped. A sample is a window of <c>sequence + 1</c> tokens: inputs and, one further, targets.</summary>
public sealed class TokenCorpus : IDisposable
{
    /// <summary>Tokens to learn from.</summary>
    public const string TrainFile = "train.bin";

    /// <summary>Tokens to be judged by.</summary>
    public const string HeldOutFile = "heldout.bin";

    /// <summary>The folder's description, written last.</summary>
    public const string InfoFile = "corpus.json";

    private readonly TokenFile train;
    private readonly TokenFile heldOut;
    private readonly int[] byteCounts;

    private TokenCorpus(CorpusInfo info)
    {
        Info = info;
        train = new TokenFile(Path.Combine(info.Folder, TrainFile), info.TokenBytes, info.TrainTokens);
        heldOut = new TokenFile(Path.Combine(info.Folder, HeldOutFile), info.TokenBytes, info.HeldOutTokens);
        Tokenizer = TextTokenizers.Create(info.Tokenizer);

        // The end of a document counts as one byte: something has to be predicted there.
        byteCounts = [.. Enumerable.Range(0, info.Vocabulary).Select(id => id == Tokenizer.EndOfText ? 1 : -1)];
    }

    /// <summary>What the folder holds.</summary>
    public CorpusInfo Info { get; }

    /// <summary>The tokenizer that made it.</summary>
    public ITextTokenizer Tokenizer { get; }

    /// <summary>Opens a folder that <see cref="CorpusBuilder"/> made.</summary>
    /// <exception cref="CorpusException">It is missing or damaged.</exception>
    public static TokenCorpus Open(string folder) => new(TryReadInfo(folder)
        ?? throw new CorpusException($"{folder} is no whole folder of token shards; delete it, and it is built again"));

    /// <summary>Reads a folder's description.</summary>
    /// <returns>Null when the folder is missing, of another version, or its files have another size than it says.</returns>
    public static CorpusInfo? TryReadInfo(string folder)
    {
        try
        {
            var info = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, InfoFile)), CorpusJson.Default.CorpusInfo);
            bool whole = info is { FormatVersion: CorpusBuilder.FormatVersion }
                && new FileInfo(Path.Combine(folder, TrainFile)).Length == info.TrainTokens * info.TokenBytes
                && new FileInfo(Path.Combine(folder, HeldOutFile)).Length == info.HeldOutTokens * info.TokenBytes;
            return whole ? info! with { Folder = folder } : null;
        }
        catch (Exception error) when (error is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whole samples in the text to learn from.</summary>
    public long TrainSamples(int sequence) => Math.Max(0, (train.Count - 1) / sequence);

    /// <summary>Whole samples in the held-out text.</summary>
    public long HeldOutSamples(int sequence) => Math.Max(0, (heldOut.Count - 1) / sequence);

    /// <summary>Reads a sample to learn from.</summary>
    /// <param name="sample">0 to <see cref="TrainSamples"/> - 1.</param>
    /// <param name="window">[sequence + 1], written.</param>
    public void ReadTrain(long sample, int sequence, Span<int> window) => train.Read(sample * sequence, window);

    /// <summary>Reads a held-out sample.</summary>
    /// <param name="sample">0 to <see cref="HeldOutSamples"/> - 1.</param>
    /// <param name="window">[sequence + 1], written.</param>
    public void ReadHeldOut(long sample, int sequence, Span<int> window) => heldOut.Read(sample * sequence, window);

    /// <summary>Bytes of text that the targets of a held-out sample stand for.</summary>
    public long HeldOutBytesOf(long sample, int sequence)
    {
        int[] window = new int[sequence + 1];
        ReadHeldOut(sample, sequence, window);
        long bytes = 0;
        foreach (int id in window.AsSpan(1))
        {
            bytes += byteCounts[id] >= 0 ? byteCounts[id] : byteCounts[id] = Math.Max(1, Tokenizer.BytesOf(id).Length);
        }

        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        train.Dispose();
        heldOut.Dispose();
    }
}
