namespace Colossus.Data.Tokenizers;

/// <summary>Makes tokenizers by the name that a job file gives them.</summary>
public static class TextTokenizers
{
    /// <summary>Environment variable that names the folder of GPT-2's <c>vocab.json</c> and <c>merges.txt</c>.</summary>
    public const string Gpt2Variable = "COLOSSUS_GPT2_VOCABULARY";

    private const string Names = "bytes, cl100k, o200k, gpt2 or gpt2:FOLDER";

    /// <summary>Makes a tokenizer. Loading <c>cl100k</c> or <c>o200k</c> takes some tenths of a second: keep it.</summary>
    /// <param name="name">
    /// <c>bytes</c>, <c>cl100k</c>, <c>o200k</c>, <c>gpt2:FOLDER</c> with a folder that holds GPT-2's <c>vocab.json</c> and <c>merges.txt</c>,
    /// or <c>gpt2</c> with that folder in the variable <see cref="Gpt2Variable"/>.
    /// </param>
    /// <param name="baseDirectory">Where a relative folder starts; default the current folder.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="CorpusException">There is no tokenizer of that name, or its vocabulary cannot be read.</exception>
    public static ITextTokenizer Create(string name, string? baseDirectory = null)
    {
        return name switch
        {
            "bytes" => new ByteTokenizer(),
            "cl100k" => new BytePairTokenizer(
                name,
                TiktokenVocabulary.Load("Microsoft.ML.Tokenizers.Data.Cl100kBase", "cl100k_base.tiktoken.deflate"),
                TokenizerPatterns.Cl100k(),
                endOfText: 100257,
                vocabularySize: 100277),
            "o200k" => new BytePairTokenizer(
                name,
                TiktokenVocabulary.Load("Microsoft.ML.Tokenizers.Data.O200kBase", "o200k_base.tiktoken.deflate"),
                TokenizerPatterns.O200k(),
                endOfText: 199999,
                vocabularySize: 200019),
            _ when IsGpt2(name) => Gpt2Vocabulary.Load(Gpt2Folder(name, baseDirectory)),
            _ => throw Unknown(name),
        };
    }

    /// <summary>Decodes ids that come one after another.</summary>
    /// <param name="tokenizer">The tokenizer that made them.</param>
    /// <param name="tokens">Ids, each in the vocabulary.</param>
    /// <returns>The text.</returns>
    public static string Decode(this ITextTokenizer tokenizer, IEnumerable<int> tokens) => tokenizer.Decode(tokens.ToArray().AsSpan());

    /// <summary>What tells one vocabulary from another, without loading it: part of the fingerprint of a corpus.</summary>
    internal static string Identity(string name, string baseDirectory) => name switch
    {
        "bytes" or "cl100k" or "o200k" => name,
        _ when IsGpt2(name) => "gpt2:" + Gpt2Vocabulary.Identity(Gpt2Folder(name, baseDirectory)),
        _ => throw Unknown(name),
    };

    internal static bool IsGpt2(string name) => name == "gpt2" || name.StartsWith("gpt2:", StringComparison.Ordinal);

    /// <summary>Puts the files of a vocabulary that does not come with Colossus into a folder; of another, nothing.</summary>
    /// <param name="name">The tokenizer, as for <see cref="Create"/>.</param>
    /// <param name="baseDirectory">Where a relative folder starts.</param>
    /// <param name="target">Where the files go; made when missing.</param>
    /// <exception cref="IOException">They cannot be copied.</exception>
    public static void CopyVocabulary(string name, string baseDirectory, string target)
    {
        if (IsGpt2(name))
        {
            Directory.CreateDirectory(target);
            Gpt2Vocabulary.Copy(Gpt2Folder(name, baseDirectory), target);
        }
    }

    private static string Gpt2Folder(string name, string? baseDirectory)
    {
        var folder = name.Length > 5 ? name[5..] : Environment.GetEnvironmentVariable(Gpt2Variable);
        return string.IsNullOrEmpty(folder)
            ? throw new CorpusException(new CorpusProblem(
                "the vocabulary of gpt2 does not come with Colossus",
                $"write data.tokenizer: gpt2:FOLDER or set {Gpt2Variable}=FOLDER, a folder with GPT-2's vocab.json and merges.txt; or use cl100k"))
            : Path.GetFullPath(Path.Combine(baseDirectory ?? ".", folder));
    }

    private static CorpusException Unknown(string name) =>
        new(new CorpusProblem($"there is no tokenizer {name}", $"set data.tokenizer to {Names}"));
}
