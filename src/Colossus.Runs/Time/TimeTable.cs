using System.Text.Json.Serialization;
using Colossus.Protocol.Time;

namespace Colossus.Runs.Time;

/// <summary>Where the time of a run went: one row a rank, each adding up to the rank's wall clock.</summary>
/// <param name="Rows">One row a rank, in order of rank.</param>
public sealed record TimeTable(IReadOnlyList<TimeRow> Rows)
{
    /// <summary>Adds up the lines of <c>time.jsonl</c>.</summary>
    /// <param name="records">Lines of all ranks and sessions, in any order.</param>
    public static TimeTable From(IEnumerable<TimeRecord> records)
    {
        var rows = new SortedDictionary<int, TimeRow>();
        foreach (var record in records)
        {
            var row = rows.TryGetValue(record.Rank, out var known) ? known : new TimeRow(record.Rank, 0, TimeBuckets.Zero);
            rows[record.Rank] = row with { WallSeconds = row.WallSeconds + record.To - record.From, Buckets = row.Buckets.Plus(record.Buckets) };
        }

        return new TimeTable([.. rows.Values]);
    }

    /// <summary>The buckets in which any rank spent time, in the order in which they are shown.</summary>
    [JsonIgnore]
    public IReadOnlyList<TimeBucket> UsedBuckets => [.. TimeBuckets.All.Where(bucket => Rows.Any(row => row.Buckets[bucket] > 0))];

    /// <summary>The largest difference of any rank between its wall clock and the sum of its buckets, in seconds; 0 but for rounding.</summary>
    [JsonIgnore]
    public double LargestGap => Rows.Count == 0 ? 0 : Rows.Max(row => Math.Abs(row.WallSeconds - row.Buckets.Total));
}
