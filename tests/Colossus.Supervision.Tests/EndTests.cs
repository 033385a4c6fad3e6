using CsCheck;
using static Colossus.Supervision.SupervisorAction;
using static Colossus.Supervision.SupervisorEvent;

namespace Colossus.Supervision.Tests;

public sealed class EndTests
{
    [Fact]
    public void The_run_is_completed_when_all_ranks_are_done_even_if_one_has_left_already()
    {
        var desk = new Desk().Train();
        desk.Tell(new RankFinished(0, 0, false));
        Assert.Empty(desk.Tell(new SlotExited(0, "exited with code 0")));
        Assert.Equal([new Finish(RunOutcome.Completed, null)], desk.Tell(new RankFinished(1, 0, false)));
        Assert.Empty(desk.Tell(new SlotExited(1, "exited with code 0")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_whose_final_weights_were_not_saved_is_neither_completed_nor_stopped(bool stopped)
    {
        var desk = new Desk().Train();
        desk.Tell(new RankFinished(0, 0, stopped, "the disk is full"));
        Assert.Equal([new Finish(RunOutcome.Unsaved, "the disk is full")], desk.Tell(new RankFinished(1, 0, stopped)));
    }

    [Fact]
    public void What_an_ended_epoch_could_not_save_is_forgotten_when_the_next_one_can()
    {
        var desk = new Desk().Train();
        desk.Tell(new RankFinished(0, 0, false, "the disk is full"));
        desk.Tell(new SlotExited(1, "was killed"));
        desk.Tell(new Parked(0, 0));
        desk.Train();
        Assert.Equal(1, desk.State.Epoch);
        desk.Tell(new RankFinished(desk.State.SlotOf(0), 1, false));
        Assert.Contains(desk.Tell(new RankFinished(desk.State.SlotOf(1), 1, false)), action => action is Finish { Status: RunOutcome.Completed });
    }

    [Fact]
    public void An_orderly_stop_waits_for_all_ranks()
    {
        var desk = new Desk().Train();
        Assert.Equal([new SendStop(0), new SendStop(1)], desk.Tell(new StopRequested(false)));
        Assert.Empty(desk.Tell(new RankFinished(0, 0, true)));
        Assert.Contains(desk.Tell(new RankFinished(1, 0, true)), action => action is Finish { Status: RunOutcome.Stopped });
    }

    [Fact]
    public void A_death_while_stopping_is_recovered_from_first()
    {
        var desk = new Desk().Train();
        desk.Tell(new SlotReady(2));
        desk.Tell(new StopRequested(false));
        Assert.Contains(new AbortEpoch(0, 0), desk.Tell(new SlotExited(1, "was killed")));
        Assert.Equal(2, desk.Tell(new Parked(0, 0)).OfType<Assign>().Count());
        desk.Tell(new Joined(0, 1, 0));
        Assert.Equal([new SendStop(0), new SendStop(2)], desk.Tell(new Joined(2, 1, 0)).OfType<SendStop>());
    }

    [Fact]
    public void An_immediate_stop_kills_all()
    {
        var actions = new Desk().Train().Tell(new StopRequested(true));
        Assert.Equal(3, actions.OfType<KillSlot>().Count());
        Assert.Contains(actions, action => action is Finish { Status: RunOutcome.Stopped });
    }

    [Fact]
    public void A_rank_that_cannot_go_on_ends_the_run_with_its_reason()
    {
        var finish = Assert.Single(new Desk().Train().Tell(new RankFailed(1, "nonFinite", "five losses in a row")).OfType<Finish>());
        Assert.Equal(new Finish(RunOutcome.Failed, "rank 1: five losses in a row"), finish);
    }

    [Fact]
    public void Recoveries_beyond_the_allowed_number_end_the_run()
    {
        var desk = new Desk(maxRestarts: 0).Train();
        var finish = Assert.Single(desk.Tell(new SlotExited(0, "was killed")).OfType<Finish>());
        Assert.Contains("maxRestarts", finish.Why);
    }

    [Fact]
    public void Three_recoveries_without_a_step_end_the_run()
    {
        var desk = new Desk(ranks: 1, spares: 0).Train();
        for (var recovery = 0; recovery < 3; recovery++)
        {
            Assert.Empty(desk.Tell(new SlotExited(0, "was killed")).OfType<Finish>());
            desk.Train();
        }

        Assert.Contains(desk.Tell(new SlotExited(0, "was killed")), action => action is Finish { Status: RunOutcome.Failed });
    }

    [Fact]
    public void Processes_that_never_get_ready_end_the_run()
    {
        var desk = new Desk(ranks: 1, spares: 0);
        desk.Tell(new SlotExited(0, "exited with code 3"));
        desk.Tell(new SlotExited(0, "exited with code 3"));
        Assert.Contains("exited with code 3", Assert.Single(desk.Tell(new SlotExited(0, "exited with code 3")).OfType<Finish>()).Why);
    }

    [Fact]
    public void Whatever_happens_orders_are_given_only_to_processes_that_can_follow_them() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 2], Gen.Select(Gen.Int[0, 9], Gen.Int[0, 4], Gen.Int[0, 2], Gen.Double[0, 3]).Array[0, 120])
            .Sample((ranks, spares, script) =>
            {
                var desk = new Desk(ranks, spares, maxRestarts: 5);
                var follow = new Follower(ranks + spares, ranks);
                follow.Check(desk);
                foreach (var (kind, place, back, seconds) in script)
                {
                    desk.Pass(seconds);
                    var slot = place % (ranks + spares);
                    desk.Tell(Follower.Event(kind, slot, desk.State.Epoch - (back == 2 ? 1 : 0), desk.State.Step));
                    follow.Exited(kind, slot);
                    follow.Check(desk);
                }
            });
}
