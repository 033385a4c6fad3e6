namespace Colossus.Cli.Verbs;

/// <summary>What <c>data inspect</c> says.</summary>
/// <param name="Folder">Folder of the shards.</param>
/// <param name="Tokenizer">Name of the tokenizer.</param>
/// <param name="Vocabulary">Number of its ids.</param>
/// <param name="Documents">Documents, held-out ones included.</param>
/// <param name="TextBytes">UTF-8 bytes of all documents; a separator between them counts as one.</param>
/// <param name="TrainTokens">Tokens to learn from.</param>
/// <param name="HeldOutTokens">Tokens held out for evaluation.</param>
/// <param name="TrainSamples">Sequences of the job's length to learn from.</param>
/// <param name="HeldOutSamples">Sequences held out.</param>
/// <param name="Passes">How often the job's steps read the text.</param>
/// <param name="SkippedLines">Bad lines that were passed over (<c>data.onBadLine: skip</c>).</param>
internal sealed record DataReport(
    string Folder, string Tokenizer, int Vocabulary, long Documents, long TextBytes, long TrainTokens, long HeldOutTokens, long TrainSamples, long HeldOutSamples, double Passes,
    long SkippedLines);
