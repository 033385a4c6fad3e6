namespace Colossus.Specs.Jobs;

/// <summary>The text a model learns from.</summary>
/// <param name="Sources"><c>dotnet-docs</c>, or files and globs of .txt, .md, .jsonl, .xml, .parquet; relative ones start at the job file's folder.</param>
/// <param name="Tokenizer"><c>bytes</c> (default), <c>gpt2</c>, <c>cl100k</c> or <c>o200k</c>.</param>
/// <param name="Field">The field of JSONL or column of Parquet that holds the text; default <c>text</c>.</param>
/// <param name="Holdout">Share of the documents held out for evaluation, 0 to 0.5; default 0.01.</param>
/// <param name="Cache">Folder of the token shards; null for <c>colossus/shards</c> under the user's cache folder.</param>
public sealed record DataSpec(
    IReadOnlyList<string> Sources,
    string Tokenizer = "bytes",
    string Field = "text",
    double Holdout = 0.01,
    string? Cache = null);
