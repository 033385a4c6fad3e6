namespace Colossus.Data.Tokenizers;

/// <summary>Turns text into token ids and back. Safe for several threads at once.</summary>
public interface ITextTokenizer
{
    /// <summary>The name it has in a job file, such as <c>bytes</c> or <c>cl100k</c>.</summary>
    string Name { get; }

    /// <summary>Number of ids: every id is at least 0 and below this. A few of them may stand for nothing.</summary>
    int VocabularySize { get; }

    /// <summary>The id that stands between two documents and ends a text.</summary>
    int EndOfText { get; }

    /// <summary>
    /// Encodes a text. Nothing in the text is taken for a special token: <c>&lt;|endoftext|&gt;</c> in a document is just these characters.
    /// Half a surrogate pair becomes U+FFFD, as UTF-8 cannot hold it; apart from that <see cref="Decode"/> gives the text back.
    /// </summary>
    /// <param name="text">Any text; empty gives no ids.</param>
    /// <returns>The ids, in order.</returns>
    int[] Encode(string text);

    /// <summary>Decodes ids. Bytes that are not UTF-8 become U+FFFD. To decode as ids come in use <see cref="StreamingDecoder"/>.</summary>
    /// <param name="tokens">Ids, each in the vocabulary.</param>
    /// <returns>The text.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    string Decode(ReadOnlySpan<int> tokens);

    /// <summary>The bytes of UTF-8 that an id stands for; they need not be whole characters. Empty for an id that stands for nothing.</summary>
    /// <param name="token">An id in the vocabulary.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    ReadOnlyMemory<byte> BytesOf(int token);
}
