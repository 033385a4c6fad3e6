using System.Text;

namespace Colossus.Data.Tokenizers;

/// <summary>One id a byte of UTF-8. A document ends with byte 0, which no text holds.</summary>
internal sealed class ByteTokenizer : ITextTokenizer
{
    private static readonly byte[][] bytes = [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value })];

    /// <inheritdoc/>
    public string Name => "bytes";

    /// <inheritdoc/>
    public int VocabularySize => 256;

    /// <inheritdoc/>
    public int EndOfText => 0;

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> BytesOf(int id) => id == EndOfText ? default : bytes[id];
}
