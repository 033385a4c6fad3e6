namespace Colossus.Launch.Protocol;

/// <summary>Training cannot go on, and another try would not help.</summary>
/// <param name="Epoch">The epoch that the rank is in.</param>
/// <param name="Code">The kind of failure, in a word.</param>
/// <param name="Reason">The same in a sentence.</param>
public sealed record FailedReport(int Epoch, string Code, string Reason) : RankReport;
