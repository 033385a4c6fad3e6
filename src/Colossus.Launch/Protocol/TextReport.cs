namespace Colossus.Launch.Protocol;

/// <summary>What the model writes after a prompt.</summary>
public sealed record TextReport(string Prompt, string Text) : RankReport;
