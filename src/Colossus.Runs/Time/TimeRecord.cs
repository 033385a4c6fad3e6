using Colossus.Protocol.Time;

namespace Colossus.Runs.Time;

/// <summary>Where one rank's time went over one span: a line of <c>time.jsonl</c>. The spans of a rank follow each other without a gap.</summary>
/// <param name="Session">0 for the first supervisor of the run, 1 more at each resume.</param>
/// <param name="Rank">The rank.</param>
/// <param name="From">Start of the span, in seconds since the session began.</param>
/// <param name="To">End of the span.</param>
/// <param name="Buckets">Seconds in each bucket; together <c>To - From</c>.</param>
public sealed record TimeRecord(int Session, int Rank, double From, double To, TimeBuckets Buckets);
