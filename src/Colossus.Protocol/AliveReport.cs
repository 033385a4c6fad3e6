using Colossus.Protocol.Time;

namespace Colossus.Protocol;

/// <summary>A sign of life, sent from a thread of its own.</summary>
/// <param name="Step">Completed steps.</param>
/// <param name="Phase">What it is doing.</param>
/// <param name="Buckets">Seconds since the process began.</param>
public sealed record AliveReport(long Step, TimeBucket Phase, TimeBuckets Buckets) : RankReport;
