namespace Colossus.Specs.Jobs;

/// <summary>The text a model learns from.</summary>
/// <param name="Sources"><c>dotnet-docs</c>, or files and globs of .txt, .md, .jsonl, .json, .xml, .parquet; relative ones start at the job file's folder.</param>
/// <param name="Tokenizer"><c>bytes</c> (default), <c>cl100k</c>, <c>o200k</c>, or <c>gpt2:FOLDER</c> with GPT-2's two files in the folder.</param>
/// <param name="Field">The field of JSON or column of Parquet that holds the text, as a path such as <c>meta.text</c>; default <c>text</c>.</param>
/// <param name="Holdout">Share of the documents held out for evaluation, 0 (none: no evaluation) to 0.5; default 0.01.</param>
/// <param name="Cache">Folder of the token shards; null for <c>shards</c> in the user's cache folder (<c>colossus doctor</c> names it).</param>
/// <param name="OnBadLine">What happens to lines that cannot be used; default they are mistakes.</param>
/// <param name="Attention">What a token sees of its sample; default all that is before it, of other documents too.</param>
public sealed record DataSpec(
    IReadOnlyList<string> Sources,
    string Tokenizer = "bytes",
    string Field = "text",
    double Holdout = 0.01,
    string? Cache = null,
    BadLineRule OnBadLine = BadLineRule.Stop,
    AttentionScope Attention = AttentionScope.Sequence)
{
    /// <summary>Rules that keep documents out; default none.</summary>
    public IReadOnlyList<ExclusionRule> Exclude { get; init; } = [];

    /// <summary>Equal when all values are, those of lists in order.</summary>
    public bool Equals(DataSpec? other) =>
        other is not null && Sources.SequenceEqual(other.Sources) && Tokenizer == other.Tokenizer && Field == other.Field
        && Holdout.Equals(other.Holdout) && Cache == other.Cache && OnBadLine == other.OnBadLine && Attention == other.Attention
        && Exclude.SequenceEqual(other.Exclude);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Sources.Count, Sources.Count > 0 ? Sources[0] : null, Tokenizer, Field, Holdout, Cache, OnBadLine, (Attention, Exclude.Count));
}
