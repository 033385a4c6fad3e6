namespace Colossus.Runs;

/// <summary>What a run learns from: its <c>data.json</c>. A continued run must find data of the same hash.</summary>
/// <param name="Hash">SHA-256 over all that a model sees: tokenizer, tokens, what is held out. Equal where two runs have the same samples, on any machine.</param>
/// <param name="Folder">Full path of the token shards.</param>
/// <param name="Base">Full path of the folder that relative names of sources start from: the job file's.</param>
/// <param name="Tokenizer">Name of the tokenizer, as in the job.</param>
/// <param name="Documents">All documents.</param>
/// <param name="HeldOutDocuments">Those of them that are held out.</param>
/// <param name="TrainTokens">Tokens to train on.</param>
/// <param name="HeldOutTokens">Tokens held out for evaluation.</param>
/// <param name="Sources">The files that the text was read from, in order.</param>
public sealed record RunData(
    string Hash,
    string Folder,
    string Base,
    string Tokenizer,
    long Documents,
    long HeldOutDocuments,
    long TrainTokens,
    long HeldOutTokens,
    IReadOnlyList<RunSource> Sources);
