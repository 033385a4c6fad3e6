using static Colossus.Supervision.SupervisorAction;

namespace Colossus.Supervision;

internal sealed partial class SupervisorTurn
{
    /// <summary>Takes the steps that are possible now: next epoch, end, spare processes.</summary>
    public void Advance()
    {
        if (Over)
        {
            return;
        }

        if (InEpoch && state.Done.Count == Settings.Ranks)
        {
            Finish(
                state.Unsaved is not null ? RunOutcome.Unsaved : state.DoneByRequest ? RunOutcome.Stopped : RunOutcome.Completed,
                state.Unsaved ?? (state.DoneByRequest ? "stopped on request" : null));
        }
        else if (state.Phase is SupervisorPhase.Starting or SupervisorPhase.Recovering)
        {
            BeginEpoch();
        }
        else if (EveryoneJoined && state.StopRequested && state.Phase == SupervisorPhase.Running)
        {
            SendStop();
        }
        else if (EveryoneJoined && !state.StopRequested && state.FailedStarts < SupervisorSettings.FruitlessAttempts)
        {
            Start(Settings.Spares - Waiting(SlotPhase.Ready) - Waiting(SlotPhase.Starting));
        }
    }

    private int Waiting(SlotPhase phase) => state.Slots.Count(slot => slot.Usable && slot.Phase == phase && slot.Rank < 0);

    private void Start(int count)
    {
        for (var slot = 0; slot < state.Slots.Length && count > 0; slot++)
        {
            if (state.Slots[slot].Phase == SlotPhase.Gone)
            {
                count--;
                actions.Add(new StartSlot(slot));
                Change(slot, _ => new SlotState(SlotPhase.Starting, -1, now, null));
            }
        }
    }

    private void BeginEpoch()
    {
        var held = state.Slots.Where(slot => slot.Usable && slot.Rank >= 0).ToList();
        var missing = Settings.Ranks - held.Count;
        Start(missing - Waiting(SlotPhase.Ready) - Waiting(SlotPhase.Starting));
        if (Waiting(SlotPhase.Ready) < missing
            || state.Slots.Any(slot => slot.Rank >= 0 && (slot.Phase == SlotPhase.Assigned || slot.Condemned is not null)))
        {
            return;
        }

        if (state.Epoch >= 0 && state.MemoryEpoch != state.Epoch)
        {
            // Not all ranks reached it, so nobody will go on from it: its memory may be needed for the next one.
            actions.Add(new RemoveSegment(state.Epoch));
        }

        var free = new Queue<int>(Enumerable.Range(0, Settings.Ranks).Except(held.Select(slot => slot.Rank)));
        state = state with
        {
            Epoch = state.Epoch + 1,
            Joined = [],
            Done = [],
            DoneByRequest = false,
            Unsaved = null,
            Phase = SupervisorPhase.Running,
        };
        reasons.Add($"epoch {state.Epoch} begins" + (state.MemoryEpoch is { } from ? $" from the memory of epoch {from}" : ""));
        for (var slot = 0; slot < state.Slots.Length; slot++)
        {
            var own = state.Slots[slot];
            var rank = own.Rank >= 0 ? own.Rank : own is { Usable: true, Phase: SlotPhase.Ready } && free.Count > 0 ? free.Dequeue() : -1;
            if (rank >= 0)
            {
                Change(slot, _ => new SlotState(SlotPhase.Assigned, rank, now, null));
                actions.Add(new Assign(slot, state.Epoch, rank, state.MemoryEpoch, state.Step));
            }
        }
    }

    private void Stop(bool immediate)
    {
        if (immediate)
        {
            for (var slot = 0; slot < state.Slots.Length; slot++)
            {
                if (state.Slots[slot].Usable)
                {
                    actions.Add(new KillSlot(slot));
                }
            }

            Finish(RunOutcome.Stopped, "stopped at once, without a checkpoint");
        }
        else if (state.Epoch < 0)
        {
            Finish(RunOutcome.Stopped, "stopped before training began");
        }
        else
        {
            state = state with { StopRequested = true };
        }
    }

    private void SendStop()
    {
        state = state with { Phase = SupervisorPhase.Stopping };
        reasons.Add("somebody asked for the end");
        for (var slot = 0; slot < state.Slots.Length; slot++)
        {
            if (state.Slots[slot] is { Usable: true, Phase: SlotPhase.Assigned } own && !state.Done.Contains(own.Rank))
            {
                actions.Add(new SupervisorAction.SendStop(slot));
            }
        }
    }
}
