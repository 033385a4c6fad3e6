using Colossus.Training.Engine;

namespace Colossus.Training.Tests.Engine;

public sealed class SaveScheduleTests
{
    [Fact]
    public void Without_trouble_every_multiple_and_the_end_are_written() =>
        Assert.Equal([10, 20, 25], Attempts(every: 10, saved: 0, from: 1, to: 25, fails: _ => false));

    [Fact]
    public void Without_an_interval_only_the_end_is_written() =>
        Assert.Equal([25], Attempts(every: 0, saved: 0, from: 1, to: 25, fails: _ => false));

    [Fact]
    public void A_failed_one_is_made_up_for_at_the_next_step_and_the_one_after_comes_at_its_time() =>
        Assert.Equal([10, 11, 20, 25], Attempts(every: 10, saved: 0, from: 1, to: 25, fails: step => step == 10));

    [Fact]
    public void One_that_goes_on_failing_is_tried_after_1_2_4_steps_and_at_every_multiple() =>
        Assert.Equal([20, 21, 23, 27, 35, 40, 60, 61], Attempts(every: 20, saved: 0, from: 1, to: 61, fails: step => step < 60));

    [Fact]
    public void What_a_fault_interrupted_is_written_at_once_by_the_next_epoch()
    {
        // Step 10's checkpoint was begun, and not on disk when the epoch ended behind step 12.
        Assert.Equal([12, 20, 25], Attempts(every: 10, saved: 0, from: 12, to: 25, fails: _ => false));
        Assert.Equal([20, 25], Attempts(every: 10, saved: 10, from: 12, to: 25, fails: _ => false));
    }

    [Fact]
    public void While_one_is_being_written_the_same_debt_is_not_paid_twice()
    {
        var schedule = new SaveSchedule(10, 0);
        Assert.True(schedule.Begin(10, last: false));
        Assert.False(schedule.Begin(11, last: false));
        schedule.Saved(10);
        Assert.Equal(10, schedule.SavedStep);
        Assert.False(schedule.Begin(12, last: false));
        Assert.True(schedule.Begin(13, last: true));
    }

    // Steps at which a write is begun; each is over before the next step.
    private static List<long> Attempts(int every, long saved, long from, long to, Func<long, bool> fails)
    {
        var schedule = new SaveSchedule(every, saved);
        var attempts = new List<long>();
        for (long step = from; step <= to; step++)
        {
            if (schedule.Begin(step, last: step == to))
            {
                attempts.Add(step);
                (fails(step) ? (Action<long>)schedule.Failed : schedule.Saved)(step);
            }
        }

        return attempts;
    }
}
