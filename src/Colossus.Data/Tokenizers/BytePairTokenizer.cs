using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Colossus.Data.Tokenizers;

/// <summary>
/// A byte-pair vocabulary: text is cut into words, words are merged into tokens. No special token is looked for in text, so that a document cannot smuggle
/// one in.
/// </summary>
internal sealed class BytePairTokenizer : ITextTokenizer
{
    private readonly WordSplitter splitter;
    private readonly BytePairVocabulary vocabulary;
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
        splitter = new WordSplitter(words);
        vocabulary = new BytePairVocabulary(ranks);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int EndOfText { get; }

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        text = WellFormed(text);
        var merging = new BytePairMerging(vocabulary);
        var tokens = new List<int>(text.Length / 4);
        var utf8 = new byte[256];
        var rest = text.AsSpan();
        foreach (var length in splitter.Lengths(text))
        {
            var most = length * 3;
            utf8 = most > utf8.Length ? new byte[most * 2] : utf8;
            merging.Merge(utf8.AsSpan(0, Encoding.UTF8.GetBytes(rest[..length], utf8)), tokens);
            rest = rest[length..];
        }

        return [.. tokens];
    }

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

    // UTF-8 and back turns half a surrogate pair into U+FFFD, as for bytes.
    private static string WellFormed(string text)
    {
        return text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
    }
}
