using Colossus.Protocol.Time;
using Colossus.Runs.Time;
using CsCheck;

namespace Colossus.Runs.Tests;

public sealed class TimeTests
{
    [Fact]
    public void Claims_fill_the_span_and_the_rest_goes_where_the_supervisor_says()
    {
        var timeline = new RankTimeline(0, 0, start: 10);
        timeline.Cover(12, TimeBucket.Startup);
        var span = timeline.Cover(15, TimeBuckets.Zero.Plus(TimeBucket.Compute, 2), TimeBucket.Idle);
        Assert.Equal((2, 5, 2, 1), (span!.From, span.To, span.Buckets[TimeBucket.Compute], span.Buckets[TimeBucket.Idle]));
        Assert.Equal(5, timeline.WallSeconds);
    }

    [Fact]
    public void Claims_of_more_than_the_span_are_scaled_to_it()
    {
        var timeline = new RankTimeline(0, 0, start: 0);
        var span = timeline.Cover(1, TimeBuckets.Zero.Plus(TimeBucket.Compute, 3).Plus(TimeBucket.Data, 1), TimeBucket.Idle)!;
        Assert.Equal(0.75, span.Buckets[TimeBucket.Compute], 12);
        Assert.Equal(0.25, span.Buckets[TimeBucket.Data], 12);
    }

    [Fact]
    public void Time_does_not_run_backwards()
    {
        var timeline = new RankTimeline(0, 0, start: 5);
        Assert.Null(timeline.Cover(5, TimeBucket.Idle));
        Assert.Null(timeline.Cover(4, TimeBucket.Idle));
        Assert.Equal(0, timeline.WallSeconds);
    }

    [Fact]
    public void Whatever_is_claimed_the_buckets_add_up_to_the_wall_clock()
    {
        var spans = Gen.Select(Gen.Double[0, 10], Gen.Double[0, 10], Gen.Double[0, 10], Gen.Int[0, 10]).Array[1, 50];
        spans.Sample(all =>
        {
            var timeline = new RankTimeline(0, 0, start: 1000);
            var now = 1000.0;
            var records = new List<TimeRecord>();
            foreach (var (length, compute, data, rest) in all)
            {
                now += length;
                if (timeline.Cover(now, TimeBuckets.Zero.Plus(TimeBucket.Compute, compute).Plus(TimeBucket.Data, data), (TimeBucket)rest) is { } record)
                {
                    records.Add(record);
                }
            }

            var table = TimeTable.From(records);
            Assert.True(table.LargestGap < 1e-9);
            Assert.Equal(now - 1000, timeline.Buckets.Total, 9);
            Assert.True(records.Zip(records.Skip(1)).All(pair => pair.First.To == pair.Second.From));
        });
    }

    [Fact]
    public void A_table_has_a_row_a_rank_over_all_sessions()
    {
        var one = TimeBuckets.Zero.Plus(TimeBucket.ExposedData, 1);
        var table = TimeTable.From([new(0, 1, 0, 1, one), new(0, 0, 0, 1, one), new(1, 0, 0, 1, one)]);
        Assert.Equal([(0, 2.0), (1, 1.0)], table.Rows.Select(row => (row.Rank, row.WallSeconds)));
        Assert.Equal("exposed, data axis", TimeBuckets.Title(Assert.Single(table.UsedBuckets)));
    }

    [Fact]
    public void Lines_of_runs_that_knew_no_axes_count_as_the_data_axis()
    {
        var record = System.Text.Json.JsonSerializer.Deserialize(
            """{"session":0,"rank":1,"from":0,"to":3,"buckets":{"compute":1,"exposedCommunication":2,"recomputed":0}}""", RunJson.Default.TimeRecord)!;
        Assert.Equal(TimeBuckets.Zero.Plus(TimeBucket.Compute, 1).Plus(TimeBucket.ExposedData, 2), record.Buckets);
    }
}
