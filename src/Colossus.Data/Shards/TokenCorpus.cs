using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Colossus.Data.Tokenizers;

namespace Colossus.Data.Shards;

/// <summary>
/// The tokens of a corpus, mapped into memory: all ranks of a machine share the pages. A sample of a sequence length S is a window of S + 1 tokens:
/// sample i is tokens i·S to i·S + S, so that each of its first S tokens has the one after it as its target, and every token but the first of
/// all is a target exactly once. Reading is safe for several threads.
/// </summary>
public sealed class TokenCorpus : IDisposable
{
    private readonly ShardSet train;
    private readonly ShardSet heldOut;
    private readonly ushort[]? tokenBytes;
    private readonly Lazy<ITextTokenizer> tokenizer;

    private TokenCorpus(string folder, CorpusManifest manifest)
    {
        Info = manifest.ToInfo(folder, reused: true);
        tokenBytes = ReadTokenBytes(folder, manifest);
        train = new ShardSet(folder, manifest.Train, manifest.BytesPerToken);
        heldOut = new ShardSet(folder, manifest.HeldOut, manifest.BytesPerToken);

        // GPT-2's vocabulary was copied here, so that the corpus needs nothing from elsewhere.
        tokenizer = new(() => TextTokenizers.Create(TextTokenizers.IsGpt2(Info.Tokenizer) ? $"gpt2:{folder}" : Info.Tokenizer));
    }

    /// <summary>What the corpus holds.</summary>
    public CorpusInfo Info { get; }

    /// <summary>The tokenizer that made it, loaded when first asked for.</summary>
    /// <exception cref="CorpusException">Its vocabulary cannot be read.</exception>
    public ITextTokenizer Tokenizer => tokenizer.Value;

    /// <summary>Opens the shards that <see cref="CorpusBuilder"/> made. Lengths and headers of all files are checked; contents by <see cref="CorpusStore"/>, once for all ranks.</summary>
    /// <param name="folder">The folder of the corpus.</param>
    /// <returns>The corpus.</returns>
    /// <exception cref="CorpusException">It is not there or damaged.</exception>
    public static TokenCorpus Open(string folder)
    {
        folder = Path.GetFullPath(folder);
        var manifest = CorpusCheck.Shape(folder, null, out var damage) ?? throw Damaged(folder, damage ?? "there is no corpus.json in it");
        try
        {
            return new TokenCorpus(folder, manifest);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Damaged(folder, error.Message);
        }
    }

    /// <summary>Number of whole samples in the training part.</summary>
    /// <param name="sequence">Tokens a sequence, at least 1.</param>
    /// <returns>0 when the part is shorter than one sample.</returns>
    public long TrainSamples(int sequence) => Samples(train, sequence);

    /// <summary>Number of whole samples in the part held out.</summary>
    /// <param name="sequence">Tokens a sequence, at least 1.</param>
    /// <returns>0 when the part is shorter than one sample, or nothing is held out.</returns>
    public long HeldOutSamples(int sequence) => Samples(heldOut, sequence);

    /// <summary>Reads a sample of the training part.</summary>
    /// <param name="sampleIndex">At least 0 and below <see cref="TrainSamples"/>.</param>
    /// <param name="sequence">Tokens a sequence.</param>
    /// <param name="tokens">Takes sequence + 1 tokens.</param>
    public void ReadTrain(long sampleIndex, int sequence, Span<int> tokens) => Read(train, sampleIndex, sequence, tokens);

    /// <summary>Reads a sample of the part held out.</summary>
    /// <param name="sampleIndex">At least 0 and below <see cref="HeldOutSamples"/>.</param>
    /// <param name="sequence">Tokens a sequence.</param>
    /// <param name="tokens">Takes sequence + 1 tokens.</param>
    public void ReadHeldOut(long sampleIndex, int sequence, Span<int> tokens) => Read(heldOut, sampleIndex, sequence, tokens);

    /// <summary>
    /// Bytes of text that the targets of a sample stand for. Bits per byte of an evaluation = sum of the losses in nats of all targets / (ln 2 × sum of these).
    /// The end of a text counts as one byte under every tokenizer, so that figures of different tokenizers can be compared.
    /// </summary>
    /// <param name="sample">A sample of sequence + 1 tokens.</param>
    /// <returns>Bytes of the tokens from the second to the last.</returns>
    public long PredictedBytes(ReadOnlySpan<int> sample)
    {
        if (sample.Length < 2)
        {
            return 0;
        }

        if (tokenBytes is null)
        {
            return sample.Length - 1;
        }

        long bytes = 0;
        foreach (var token in sample[1..])
        {
            bytes += tokenBytes[token];
        }

        return bytes;
    }

    /// <summary>Bytes of text that the targets of a sample held out stand for; see <see cref="PredictedBytes"/>.</summary>
    /// <param name="sampleIndex">At least 0 and below <see cref="HeldOutSamples"/>.</param>
    /// <param name="sequence">Tokens a sequence.</param>
    /// <returns>Bytes of the tokens from the second to the last.</returns>
    public long HeldOutBytesOf(long sampleIndex, int sequence)
    {
        var sample = new int[sequence + 1];
        ReadHeldOut(sampleIndex, sequence, sample);
        return PredictedBytes(sample);
    }

    /// <summary>Makes sure that the training part has a sample of this length.</summary>
    /// <param name="sequence">Tokens a sequence.</param>
    /// <exception cref="CorpusException">It has none.</exception>
    public void RequireSequence(int sequence)
    {
        if (TrainSamples(sequence) == 0)
        {
            throw new CorpusException(new CorpusProblem(
                $"the training text has {Count(train.Tokens)} tokens, too few for one sequence of {Count(sequence)}",
                $"add text, or set model.sequence to at most {Count(Math.Max(1, train.Tokens - 1))}"));
        }
    }

    /// <summary>The provenance of every document, in the order of the sources.</summary>
    /// <returns>One record a document, read as it is asked for.</returns>
    public IEnumerable<DocumentRecord> Documents()
    {
        var path = Path.Combine(Info.Folder, CorpusManifest.DocumentsFileName);
        foreach (var line in File.ReadLines(path))
        {
            yield return JsonSerializer.Deserialize(line, DataJson.Default.DocumentRecord) ?? throw Damaged(Info.Folder, $"{path} holds an empty record");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        train.Dispose();
        heldOut.Dispose();
    }

    private static ushort[]? ReadTokenBytes(string folder, CorpusManifest manifest)
    {
        if (manifest.Vocabulary <= 256)
        {
            return null;
        }

        var stored = File.ReadAllBytes(Path.Combine(folder, CorpusManifest.TokenBytesFileName));
        var lengths = new ushort[manifest.Vocabulary];
        for (var id = 0; id < lengths.Length; id++)
        {
            lengths[id] = BinaryPrimitives.ReadUInt16LittleEndian(stored.AsSpan(id * 2));
        }

        return lengths;
    }

    private static long Samples(ShardSet part, int sequence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sequence, 1);
        return Math.Max(0, (part.Tokens - 1) / sequence);
    }

    private static void Read(ShardSet part, long sampleIndex, int sequence, Span<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sampleIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sampleIndex, Samples(part, sequence));
        ArgumentOutOfRangeException.ThrowIfNotEqual(tokens.Length, sequence + 1);
        part.Read(sampleIndex * sequence, tokens);
    }

    private static CorpusException Damaged(string folder, string what) => new(new CorpusProblem(
        $"the corpus is not whole: {what}", $"delete the folder (rm -r '{folder}') and start again: it is made anew from the sources", folder));

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
