using System.Text;

namespace Colossus.Data.Tokenizers;

/// <summary>Decodes ids one by one and gives out whole characters only: the bytes of one character may come in several tokens.</summary>
/// <param name="tokenizer">The tokenizer that made the ids.</param>
public sealed class StreamingDecoder(ITextTokenizer tokenizer)
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private char[] characters = new char[64];

    /// <summary>Takes the next id.</summary>
    /// <param name="token">An id in the vocabulary.</param>
    /// <returns>The characters that are complete now; often empty in the middle of a character.</returns>
    public string Append(int token) => Convert(tokenizer.BytesOf(token).Span, flush: false);

    /// <summary>Ends the text.</summary>
    /// <returns>U+FFFD when a character was left incomplete, otherwise nothing.</returns>
    public string Finish() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        var needed = decoder.GetCharCount(bytes, flush);
        if (needed > characters.Length)
        {
            characters = new char[needed * 2];
        }

        var count = decoder.GetChars(bytes, characters, flush);
        return new string(characters, 0, count);
    }
}
