namespace Colossus.Protocol;

/// <summary>A checkpoint could not be written; sent by rank 0.</summary>
/// <param name="Step">Completed steps that it would have held.</param>
/// <param name="Error">What went wrong, where.</param>
public sealed record CheckpointFailedReport(long Step, string Error) : RankReport;
