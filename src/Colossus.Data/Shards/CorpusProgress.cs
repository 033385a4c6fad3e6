namespace Colossus.Data.Shards;

/// <summary>How far a corpus is built.</summary>
/// <param name="FilesDone">Files read.</param>
/// <param name="Files">All files.</param>
/// <param name="Documents">Documents so far.</param>
/// <param name="Tokens">Tokens so far.</param>
public readonly record struct CorpusProgress(int FilesDone, int Files, long Documents, long Tokens);
