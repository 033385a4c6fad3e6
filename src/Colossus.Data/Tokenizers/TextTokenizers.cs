using System.Text;
using Microsoft.ML.Tokenizers;

namespace Colossus.Data.Tokenizers;

/// <summary>The tokenizers that a job can name.</summary>
public static class TextTokenizers
{
    // Sizes and the end-of-text ids as tiktoken's registry gives them.
    private const int Cl100kSize = 100_277;
    private const int Cl100kEnd = 100_257;
    private const int O200kSize = 200_019;
    private const int O200kEnd = 199_999;
    private const int Gpt2Size = 50_257;
    private const int Gpt2End = 50_256;

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="name"><c>bytes</c>, <c>cl100k</c>, <c>o200k</c>, or <c>gpt2:FOLDER</c> with GPT-2's vocab.json and merges.txt in the folder.</param>
    /// <exception cref="CorpusException">There is none of that name, or its files are missing.</exception>
    public static ITextTokenizer Create(string name) => name switch
    {
        "bytes" => new ByteTokenizer(),
        "cl100k" => new BpeTokenizer(name, TiktokenTokenizer.CreateForEncoding("cl100k_base"), Cl100kSize, Cl100kEnd),
        "o200k" => new BpeTokenizer(name, TiktokenTokenizer.CreateForEncoding("o200k_base"), O200kSize, O200kEnd),
        "gpt2" => throw new CorpusException(
            "data.tokenizer: gpt2 needs its two files; download vocab.json and merges.txt of GPT-2 and write gpt2:FOLDER, or use bytes, cl100k or o200k"),
        _ when name.StartsWith("gpt2:", StringComparison.Ordinal) => CreateGpt2(name),
        _ => throw new CorpusException($"data.tokenizer: '{name}' is not known; use bytes, cl100k, o200k or gpt2:FOLDER"),
    };

    /// <summary>The text of ids; what is no whole character yet becomes U+FFFD.</summary>
    public static string Decode(this ITextTokenizer tokenizer, IEnumerable<int> ids)
    {
        byte[] bytes = [.. ids.SelectMany(id => tokenizer.BytesOf(id).ToArray())];
        return Encoding.UTF8.GetString(bytes);
    }

    private static BpeTokenizer CreateGpt2(string name)
    {
        string folder = name["gpt2:".Length..];
        string vocabulary = Path.Combine(folder, "vocab.json");
        string merges = Path.Combine(folder, "merges.txt");
        string[] missing = [.. new[] { vocabulary, merges }.Where(file => !File.Exists(file))];
        return missing.Length > 0
            ? throw new CorpusException($"data.tokenizer: {string.Join(" and ", missing)} not found")
            : new BpeTokenizer(name, CodeGenTokenizer.Create(File.OpenRead(vocabulary), File.OpenRead(merges)), Gpt2Size, Gpt2End);
    }
}
