namespace Colossus.Data.Shards;

/// <summary>One part of a corpus: training or held out.</summary>
/// <param name="Tokens">Number of tokens, separators included.</param>
/// <param name="Bytes">Bytes of text; a separator counts as one.</param>
/// <param name="Shards">Its files, in order.</param>
internal sealed record SplitManifest(long Tokens, long Bytes, IReadOnlyList<ShardManifest> Shards);
