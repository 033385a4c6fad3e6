namespace Colossus.Protocol;

/// <summary>Training cannot go on, and another try would not help.</summary>
/// <param name="Code">The kind of failure, in a word.</param>
/// <param name="Reason">The same in a sentence.</param>
public sealed record FailedReport(string Code, string Reason) : RankReport;
