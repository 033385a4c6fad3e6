using Colossus.Protocol.Time;

namespace Colossus.Runs.Time;

/// <summary>One rank's row of a <see cref="TimeTable"/>.</summary>
/// <param name="Rank">The rank.</param>
/// <param name="WallSeconds">Its wall clock: the spans seen by the supervisor.</param>
/// <param name="Buckets">What they were spent on.</param>
public sealed record TimeRow(int Rank, double WallSeconds, TimeBuckets Buckets);
