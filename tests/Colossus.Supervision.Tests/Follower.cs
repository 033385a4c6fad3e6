using static Colossus.Supervision.SupervisorAction;
using static Colossus.Supervision.SupervisorEvent;

namespace Colossus.Supervision.Tests;

/// <summary>Keeps book of the processes independently of the supervisor, and objects to impossible orders.</summary>
internal sealed class Follower(int slots, int ranks)
{
    private readonly bool[] alive = new bool[slots];
    private readonly HashSet<int> removed = [];
    private int epoch = -1;
    private bool over;

    public static SupervisorEvent Event(int kind, int slot, int epoch, long step) => kind switch
    {
        0 or 1 => new SlotReady(slot),
        2 or 3 => new Joined(slot, epoch, step),
        4 => new StepDone(epoch, step + 1),
        5 => new SlotExited(slot, "was killed"),
        6 => new Parked(slot, epoch),
        7 => new RankFinished(slot, epoch, false),
        8 => new Alive(slot),
        _ => new Tick(),
    };

    public void Exited(int kind, int slot) => alive[slot] &= kind != 5;

    public void Check(Desk desk)
    {
        Assert.False(over && desk.Last.Count > 0, "an order after the end");
        var assigned = desk.Last.OfType<Assign>().ToList();
        if (assigned.Count > 0)
        {
            Assert.Equal(Enumerable.Range(0, ranks), assigned.Select(assign => assign.Rank).Order());
            Assert.Equal(epoch + 1, Assert.Single(assigned.Select(assign => assign.Epoch).Distinct()));
            epoch++;
            Assert.DoesNotContain(removed, gone => assigned.Any(assign => assign.RestoreEpoch == gone));
        }

        foreach (var action in desk.Last)
        {
            switch (action)
            {
                case StartSlot start:
                    Assert.False(alive[start.Slot], "a process is in the place already");
                    alive[start.Slot] = true;
                    break;
                case Assign { Slot: var slot }:
                    Assert.True(alive[slot]);
                    break;
                case AbortEpoch { Slot: var slot }:
                    Assert.True(alive[slot]);
                    break;
                case KillSlot { Slot: var slot }:
                    Assert.True(alive[slot]);
                    break;
                case RemoveSegment remove:
                    Assert.True(remove.Epoch < epoch && removed.Add(remove.Epoch));
                    break;
                case Finish:
                    over = true;
                    break;
            }
        }

        for (var rank = 0; rank < ranks; rank++)
        {
            Assert.True(desk.State.Slots.Count(slot => slot.Phase != SlotPhase.Gone && slot.Rank == rank) <= 1);
        }
    }
}
