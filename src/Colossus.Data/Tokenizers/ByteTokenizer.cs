using System.Text;

namespace Colossus.Data.Tokenizers;

/// <summary>
/// The bytes of UTF-8 as ids, 0 to 255. Documents are separated by byte 0: it is a single id, it needs no 257th entry in the vocabulary, and no
/// text holds it (the corpus replaces U+0000 by U+FFFD), whereas a blank line also stands within documents and would not tell the model that one has ended.
/// </summary>
public sealed class ByteTokenizer : ITextTokenizer
{
    private static readonly byte[] values = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    /// <inheritdoc/>
    public string Name => "bytes";

    /// <inheritdoc/>
    public int VocabularySize => 256;

    /// <inheritdoc/>
    public int EndOfText => 0;

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var tokens = new int[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            tokens[i] = bytes[i];
        }

        return tokens;
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var bytes = new byte[tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            bytes[i] = BytesOf(tokens[i]).Span[0];
        }

        return Encoding.UTF8.GetString(bytes);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> BytesOf(int token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, VocabularySize);
        return values.AsMemory(token, 1);
    }
}
