namespace Colossus.Launch.Protocol;

/// <summary>A checkpoint could not be written; training goes on.</summary>
public sealed record CheckpointFailedReport(long Step, string Error) : RankReport;
