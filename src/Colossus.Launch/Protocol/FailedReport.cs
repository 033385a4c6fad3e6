namespace Colossus.Launch.Protocol;

/// <summary>The run cannot go on, and trying again would not help.</summary>
public sealed record FailedReport(long Epoch, string Code, string Reason) : RankReport;
