using System.Text;
using Microsoft.ML.Tokenizers;

namespace Colossus.Data.Tokenizers;

/// <summary>A byte-pair tokenizer of Microsoft.ML.Tokenizers.</summary>
/// <param name="name">Its name in a job file.</param>
/// <param name="tokenizer">The library's tokenizer.</param>
/// <param name="vocabularySize">Number of ids, special ones included.</param>
/// <param name="endOfText">The id that ends a document.</param>
internal sealed class BpeTokenizer(string name, Tokenizer tokenizer, int vocabularySize, int endOfText) : ITextTokenizer
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public int VocabularySize => vocabularySize;

    /// <inheritdoc/>
    public int EndOfText => endOfText;

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text) => tokenizer.EncodeToIds(text);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> BytesOf(int id) => id == endOfText ? default : Encoding.UTF8.GetBytes(tokenizer.Decode([id]));
}
