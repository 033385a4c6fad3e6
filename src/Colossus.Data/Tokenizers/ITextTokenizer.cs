namespace Colossus.Data.Tokenizers;

/// <summary>Text to token ids and back.</summary>
public interface ITextTokenizer
{
    /// <summary>Its name in a job file.</summary>
    string Name { get; }

    /// <summary>Number of ids.</summary>
    int VocabularySize { get; }

    /// <summary>The id that ends a document.</summary>
    int EndOfText { get; }

    /// <summary>The ids of a text.</summary>
    IReadOnlyList<int> Encode(string text);

    /// <summary>The UTF-8 bytes of one id; a character may need several ids.</summary>
    ReadOnlyMemory<byte> BytesOf(int id);
}
