namespace Colossus.Specs.Jobs;

/// <summary>The number of ids of the tokenizers that a job can name, as tiktoken's registry gives them.</summary>
public static class TokenizerVocabulary
{
    /// <summary>The size, or null for an unknown name.</summary>
    /// <param name="name"><c>bytes</c>, <c>cl100k</c>, <c>o200k</c>, <c>gpt2</c> or <c>gpt2:FOLDER</c>.</param>
    public static int? SizeOf(string name) => name switch
    {
        "bytes" => 256,
        "cl100k" => 100_277,
        "o200k" => 200_019,
        "gpt2" => 50_257,
        _ when name.StartsWith("gpt2:", StringComparison.Ordinal) => 50_257,
        _ => null,
    };
}
