using Colossus.Launch.Local;
using Colossus.Protocol.Time;
using Colossus.Runs.Time;

namespace Colossus.Launch.Tests;

public sealed class RankClocksTests
{
    private readonly List<TimeRecord> spans = [];
    private readonly RankClocks clocks;

    public RankClocksTests() => clocks = new RankClocks(2, 0, spans.Add);

    [Fact]
    public void An_outage_lasts_from_its_first_fault_until_all_have_joined()
    {
        Assert.Null(clocks.Join(At(1)));
        clocks.Lose(At(2), 0);
        clocks.Lose(At(5), 1);
        Assert.Equal(TimeSpan.FromSeconds(7), clocks.Join(At(9)));
        Assert.Null(clocks.Join(At(10)));
    }

    [Fact]
    public void Time_of_an_outage_is_detection_and_then_restart_for_all_ranks()
    {
        clocks.Join(At(1));
        clocks.Lose(At(3), 1);
        clocks.Join(At(7));
        clocks.End(At(8));
        var expected = TimeBuckets.Zero.Plus(TimeBucket.Startup, 1).Plus(TimeBucket.Detection, 2).Plus(TimeBucket.Restart, 4).Plus(TimeBucket.Idle, 1);
        Assert.Equal([expected, expected], TimeTable.From(spans).Rows.Select(row => row.Buckets));
    }

    [Fact]
    public void A_fault_before_all_have_joined_prolongs_the_start()
    {
        clocks.Lose(At(1), 0);
        clocks.Join(At(3));
        Assert.Equal(3, spans.Where(span => span.Rank == 0).Sum(span => span.Buckets[TimeBucket.Startup]));
    }

    [Fact]
    public void What_a_process_spent_before_it_got_the_rank_does_not_count()
    {
        clocks.Assign(0, slot: 2, Computed(100));
        clocks.Join(At(1));
        clocks.Claim(At(4), 0, Computed(102));
        Assert.Equal(2, spans.Where(span => span.Rank == 0).Sum(span => span.Buckets[TimeBucket.Compute]));
    }

    [Fact]
    public void A_process_that_keeps_its_rank_keeps_its_account()
    {
        clocks.Assign(0, slot: 2, Computed(0));
        clocks.Join(At(1));
        clocks.Assign(0, slot: 2, Computed(2));
        clocks.Claim(At(4), 0, Computed(3));
        Assert.Equal(3, spans.Where(span => span.Rank == 0).Sum(span => span.Buckets[TimeBucket.Compute]));
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeBuckets Computed(double seconds) => TimeBuckets.Zero.Plus(TimeBucket.Compute, seconds);
}
