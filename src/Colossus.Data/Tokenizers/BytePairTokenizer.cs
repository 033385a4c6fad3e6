using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Colossus.Data.Tokenizers;

/// <summary>
/// A byte-pair vocabulary. The merging is done by Microsoft.ML.Tokenizers; it is given no special tokens, so that a document cannot smuggle
/// one in. The bytes of each id are kept here, because counting bytes and streaming text need them.
/// </summary>
internal sealed class BytePairTokenizer : ITextTokenizer
{
    private readonly TiktokenTokenizer merging;
    private readonly byte[]?[] bytes;

    /// <summary>Makes a tokenizer from its ranks.</summary>
    /// <param name="name">Name in a job file.</param>
    /// <param name="ranks">The bytes of each ordinary id; a lower id is merged earlier.</param>
    /// <param name="words">Cuts text into words.</param>
    /// <param name="endOfText">Id of the end of a text.</param>
    /// <param name="vocabularySize">Number of ids, special ones and holes included.</param>
    public BytePairTokenizer(string name, IReadOnlyList<(byte[] Bytes, int Id)> ranks, Regex words, int endOfText, int vocabularySize)
    {
        Name = name;
        EndOfText = endOfText;
        VocabularySize = vocabularySize;
        bytes = new byte[]?[vocabularySize];
        foreach (var (value, id) in ranks)
        {
            bytes[id] = value;
        }

        bytes[endOfText] = "<|endoftext|>"u8.ToArray();
        using var stream = new MemoryStream();
        using (var writer = new StreamWriter(stream, leaveOpen: true))
        {
            foreach (var (value, id) in ranks)
            {
                writer.Write(Convert.ToBase64String(value));
                writer.Write(' ');
                writer.Write(id);
                writer.Write('\n');
            }
        }

        stream.Position = 0;
        merging = TiktokenTokenizer.Create(stream, new RegexPreTokenizer(words, null), normalizer: null);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int EndOfText { get; }

    /// <inheritdoc/>
    public int[] Encode(string text) => [.. merging.EncodeToIds(WellFormed(text))];

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var all = new ArrayBufferWriter<byte>();
        foreach (var token in tokens)
        {
            all.Write(BytesOf(token).Span);
        }

        return Encoding.UTF8.GetString(all.WrittenSpan);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> BytesOf(int token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, VocabularySize);
        return bytes[token];
    }

    // The library throws on half a surrogate pair or loses it; UTF-8 and back turns it into U+FFFD, as for bytes.
    private static string WellFormed(string text)
    {
        foreach (var character in text)
        {
            if (char.IsSurrogate(character))
            {
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            }
        }

        return text;
    }
}
