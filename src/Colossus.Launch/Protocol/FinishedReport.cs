namespace Colossus.Launch.Protocol;

/// <summary>The last step, or the one a stop was asked in, is complete and saved.</summary>
public sealed record FinishedReport(long Epoch, long Step, double Loss, double? BitsPerByte, string WeightsSha256, bool Stopped, IReadOnlyDictionary<string, double> Buckets) : RankReport;
