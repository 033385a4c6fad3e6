namespace Colossus.Data.Shards;

/// <summary>How far the making of shards has come.</summary>
/// <param name="Stage">What is being done, for a person to read.</param>
/// <param name="FilesDone">Source files read to their end.</param>
/// <param name="Files">All source files.</param>
/// <param name="BytesDone">Bytes of source files read.</param>
/// <param name="BytesTotal">Bytes of all source files.</param>
/// <param name="Documents">Documents written.</param>
/// <param name="Tokens">Tokens written.</param>
public sealed record CorpusProgress(
    string Stage, int FilesDone, int Files, long BytesDone, long BytesTotal, long Documents = 0, long Tokens = 0);
