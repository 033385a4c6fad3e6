namespace Colossus.Launch.Protocol;

/// <summary>A sign of life, with the seconds of each bucket since the process began.</summary>
public sealed record AliveReport(long Epoch, long Step, string Phase, IReadOnlyDictionary<string, double> Buckets) : RankReport;
