namespace Colossus.Protocol;

/// <summary>A sample of what the model writes; sent by rank 0 at the end.</summary>
/// <param name="Prompt">What it was given.</param>
/// <param name="Text">How it went on.</param>
public sealed record TextReport(string Prompt, string Text) : RankReport;
