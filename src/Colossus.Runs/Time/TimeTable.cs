using System.Globalization;

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
    public IReadOnlyList<TimeBucket> UsedBuckets => [.. TimeBuckets.All.Where(bucket => Rows.Any(row => row.Buckets[bucket] > 0))];

    /// <summary>The largest difference of any rank between its wall clock and the sum of its buckets, in seconds; 0 but for rounding.</summary>
    public double LargestGap => Rows.Count == 0 ? 0 : Rows.Max(row => Math.Abs(row.WallSeconds - row.Buckets.Total));

    /// <summary>The bucket as shown to people: <c>exposed communication</c>.</summary>
    /// <param name="bucket">The bucket.</param>
    public static string Title(TimeBucket bucket) =>
        string.Concat(bucket.ToString().Select((letter, index) =>
            char.IsUpper(letter) && index > 0 ? " " + char.ToLower(letter, CultureInfo.InvariantCulture) : char.ToLower(letter, CultureInfo.InvariantCulture).ToString()));
}
