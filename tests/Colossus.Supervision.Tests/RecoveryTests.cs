using static Colossus.Supervision.SupervisorAction;
using static Colossus.Supervision.SupervisorEvent;

namespace Colossus.Supervision.Tests;

public sealed class RecoveryTests
{
    [Fact]
    public void The_first_processes_are_those_of_the_ranks_and_the_spare_comes_after_all_have_joined()
    {
        var desk = new Desk();
        Assert.Equal([new StartSlot(0), new StartSlot(1)], desk.Last);
        Assert.Empty(desk.Tell(new SlotReady(1)));
        Assert.Equal([new Assign(0, 0, 0, null, 0), new Assign(1, 0, 1, null, 0)], desk.Tell(new SlotReady(0)));
        Assert.Empty(desk.Tell(new Joined(0, 0, 0)));
        Assert.Equal([new AllJoined(0), new StartSlot(2)], desk.Tell(new Joined(1, 0, 0)));
    }

    [Fact]
    public void A_ready_spare_takes_the_place_of_a_dead_rank_and_memory_is_restored()
    {
        var desk = new Desk().Train();
        desk.Tell(new SlotReady(2));
        desk.Tell(new StepDone(0, 7));
        Assert.Equal([new Fault(1, 1, 0, false, "rank 1 was killed"), new AbortEpoch(0, 0)], desk.Tell(new SlotExited(1, "was killed")));
        Assert.Equal([new Assign(0, 1, 0, 0, 7), new Assign(2, 1, 1, 0, 7)], desk.Tell(new Parked(0, 0)));
        Assert.Empty(desk.Tell(new Joined(0, 1, 7)));
        Assert.Equal([new AllJoined(1), new RemoveSegment(0), new StartSlot(1)], desk.Tell(new Joined(2, 1, 7)));
    }

    [Fact]
    public void Without_a_spare_a_new_process_is_started_at_once()
    {
        var desk = new Desk(spares: 0).Train();
        Assert.Contains(new StartSlot(1), desk.Tell(new SlotExited(1, "was killed")));
        Assert.Empty(desk.Tell(new Parked(0, 0)));
        Assert.Equal([new Assign(0, 1, 0, 0, 0), new Assign(1, 1, 1, 0, 0)], desk.Tell(new SlotReady(1)));
    }

    [Fact]
    public void A_survivor_that_does_not_park_is_killed_after_five_seconds_and_replaced()
    {
        var desk = new Desk(spares: 0).Train();
        desk.Tell(new SlotExited(1, "was killed"));
        desk.Pass(4.9);
        Assert.Empty(desk.Tell(new Alive(0)));
        desk.Pass(0.1);
        Assert.Contains(new KillSlot(0), desk.Tell(new Tick()));
        Assert.Contains(desk.Tell(new SlotExited(0, "was killed by signal 9")), action => action is Fault { Rank: 0, Silent: true });
        Assert.Equal(1, desk.State.Restarts);
    }

    [Fact]
    public void A_silent_rank_is_killed_but_not_after_a_sleep_of_the_supervisor()
    {
        var desk = new Desk().Train();
        for (var second = 0; second < 4; second++)
        {
            desk.Pass(1);
            Assert.Empty(desk.Tell(new Alive(0)));
        }

        desk.Pass(1);
        Assert.Equal([new KillSlot(1)], desk.Tell(new Alive(0)));
        var other = new Desk().Train();
        other.Pass(60);
        Assert.Empty(other.Tell(new Tick()));
    }

    [Fact]
    public void An_epoch_that_not_all_joined_is_not_restored_from_and_its_memory_is_given_back_first()
    {
        var desk = new Desk(spares: 2).Train().Train();
        desk.Tell(new SlotExited(1, "was killed"));
        desk.Tell(new Parked(0, 0));
        desk.Tell(new Joined(0, 1, 0));
        desk.Tell(new SlotExited(2, "was killed"));
        var next = desk.Tell(new Parked(0, 1));
        Assert.Equal(new RemoveSegment(1), next[0]);
        var assigned = next.OfType<Assign>().ToList();
        Assert.Equal(2, assigned.Count);
        Assert.All(assigned, assign => Assert.Equal((2, 0), (assign.Epoch, assign.RestoreEpoch)));
        desk.Tell(new Joined(0, 2, 0));
        Assert.Equal([0], desk.Tell(new Joined(3, 2, 0)).OfType<RemoveSegment>().Select(remove => remove.Epoch));
    }

    [Fact]
    public void A_step_proves_that_all_ranks_joined()
    {
        var desk = new Desk();
        desk.Tell(new SlotReady(0));
        desk.Tell(new SlotReady(1));
        Assert.Contains(new AllJoined(0), desk.Tell(new StepDone(0, 1)));
        Assert.Equal(0, desk.State.MemoryEpoch);
    }

    [Fact]
    public void A_dead_spare_is_replaced_without_a_recovery_and_given_up_when_it_never_gets_ready()
    {
        var desk = new Desk().Train();
        Assert.Equal([new StartSlot(2)], desk.Tell(new SlotExited(2, "exited with code 1")));
        Assert.Equal([new StartSlot(2)], desk.Tell(new SlotExited(2, "exited with code 1")));
        Assert.Empty(desk.Tell(new SlotExited(2, "exited with code 1")));
        Assert.Equal((0, SupervisorPhase.Running), (desk.State.Restarts, desk.State.Phase));
    }
}
