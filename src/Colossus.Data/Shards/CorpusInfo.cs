namespace Colossus.Data.Shards;

/// <summary>What a corpus is: where its shards are, how many tokens they hold, and how to recognise it.</summary>
/// <param name="Folder">Full path of the folder with the shards.</param>
/// <param name="Tokenizer">Name of the tokenizer, as in the job file.</param>
/// <param name="Vocabulary">Number of ids of the tokenizer: the least vocabulary that a model needs.</param>
/// <param name="EndOfText">The id between two documents.</param>
/// <param name="TrainTokens">Tokens to train on, separators included.</param>
/// <param name="HeldOutTokens">Tokens held out for evaluation, separators included; 0 when nothing is held out.</param>
/// <param name="TrainBytes">Bytes of UTF-8 of the training text; a separator counts as one byte under every tokenizer.</param>
/// <param name="HeldOutBytes">The same of the text held out.</param>
/// <param name="Documents">All documents.</param>
/// <param name="HeldOutDocuments">Those of them that are held out.</param>
/// <param name="Fingerprint">Names what the shards were made of (the sources' names and bytes, tokenizer and settings): the key in the cache.</param>
/// <param name="TokensSha256">Names what a model sees (tokenizer, tokens, what is held out): equal when two corpora train the same, wherever they were made.</param>
/// <param name="Sources">The files that the text was read from, in order.</param>
/// <param name="Reused">True when the shards were there already.</param>
/// <param name="Notes">Sentences a person should read, such as why nothing could be held out.</param>
/// <param name="SkippedLines">Bad lines that were passed over; their places are in <c>skipped.txt</c> in the folder.</param>
public sealed record CorpusInfo(
    string Folder,
    string Tokenizer,
    int Vocabulary,
    int EndOfText,
    long TrainTokens,
    long HeldOutTokens,
    long TrainBytes,
    long HeldOutBytes,
    long Documents,
    long HeldOutDocuments,
    string Fingerprint,
    string TokensSha256,
    IReadOnlyList<SourceRecord> Sources,
    bool Reused,
    IReadOnlyList<string> Notes,
    long SkippedLines = 0);
