namespace Colossus.Protocol;

/// <summary>A checkpoint was due of a state that failed its check, and was not written; sent by rank 0.</summary>
/// <param name="Step">Completed steps that it would have held.</param>
/// <param name="Reason">What is wrong with the state.</param>
public sealed record CheckpointPostponedReport(long Step, string Reason) : RankReport;
