namespace Colossus.Launch.Protocol;

/// <summary>A checkpoint is on disk; from rank 0.</summary>
public sealed record CheckpointDoneReport(long Step, string Path, long Bytes, double Seconds, double StallSeconds, string WeightsSha256) : RankReport;
