using static Colossus.Supervision.SupervisorAction;

namespace Colossus.Supervision;

/// <summary>One answer in the making.</summary>
internal sealed partial class SupervisorTurn(SupervisorState start, TimeSpan now)
{
    private readonly List<SupervisorAction> actions = [];
    private readonly List<string> reasons = [];
    private SupervisorState state = start;

    private SupervisorSettings Settings => state.Settings;

    private bool Over => state.Phase == SupervisorPhase.Finished;

    private bool InEpoch => state.Phase is SupervisorPhase.Running or SupervisorPhase.Stopping;

    private bool EveryoneJoined => state.Epoch >= 0 && state.Joined.Count == Settings.Ranks;

    /// <summary>After a sleep of the supervisor itself (a suspended machine), silence of the others proves nothing.</summary>
    public void ForgiveOwnSleep()
    {
        if (now - state.Decided > Settings.Silence)
        {
            state = state with
            {
                Slots = [.. state.Slots.Select(slot => slot with { Heard = now })],
                ParkBy = now + Settings.ParkWithin,
            };
        }

        state = state with { Decided = now };
    }

    /// <summary>Takes note of the event.</summary>
    public void Take(SupervisorEvent happened)
    {
        switch (happened)
        {
            case SupervisorEvent.SlotReady(var slot) when Hear(slot) is { Phase: SlotPhase.Starting }:
                Change(slot, one => one with { Phase = SlotPhase.Ready });
                state = state with { FailedStarts = 0 };
                break;
            case SupervisorEvent.Alive(var slot):
                Hear(slot);
                break;
            case SupervisorEvent.Joined(var slot, var epoch, var step) when Hear(slot) is { Rank: >= 0 } own && epoch == state.Epoch:
                Join(own.Rank, step);
                break;
            case SupervisorEvent.StepDone(var epoch, var step) when epoch == state.Epoch && epoch >= 0:
                Complete(step);
                break;
            case SupervisorEvent.Parked(var slot, var epoch) when Hear(slot) is { Phase: SlotPhase.Assigned } own && epoch == state.Epoch:
                Change(slot, one => one with { Phase = SlotPhase.Parked });
                Recover($"rank {own.Rank} left epoch {epoch}");
                break;
            case SupervisorEvent.RankFinished(var slot, var epoch, var stopped, var unsaved) when Hear(slot) is { Rank: >= 0 } own && epoch == state.Epoch && InEpoch:
                state = state with { Done = state.Done.Add(own.Rank), DoneByRequest = state.DoneByRequest || stopped, Unsaved = state.Unsaved ?? unsaved };
                break;
            case SupervisorEvent.RankFailed(var slot, _, var reason) when Hear(slot) is { } own:
                Fail(slot, own, reason);
                break;
            case SupervisorEvent.SlotExited(var slot, var description):
                Lose(slot, description);
                break;
            case SupervisorEvent.StopRequested(var immediate):
                Stop(immediate);
                break;
        }
    }

    /// <summary>The answer.</summary>
    public Decision Decide()
    {
        if (!Over && NextDeadline() is { } deadline)
        {
            actions.Add(new WakeAt(deadline));
        }

        return new Decision(state, [.. actions], string.Join("; ", reasons));
    }

    private SlotState Hear(int slot)
    {
        Change(slot, one => one.Phase == SlotPhase.Starting ? one : one with { Heard = now });
        return state.Slots[slot];
    }

    private void Change(int slot, Func<SlotState, SlotState> change) =>
        state = state with { Slots = state.Slots.SetItem(slot, change(state.Slots[slot])) };

    private void Join(int rank, long step)
    {
        var complete = EveryoneJoined;
        state = state with { Joined = state.Joined.Add(rank), Step = Math.Max(state.Step, step) };
        if (!complete && EveryoneJoined)
        {
            Settle();
        }
    }

    private void Complete(long step)
    {
        // A step is the work of all ranks: whoever has not said so yet has joined all the same.
        var complete = EveryoneJoined;
        state = state with
        {
            Step = Math.Max(state.Step, step),
            FruitlessRecoveries = 0,
            Joined = [.. Enumerable.Range(0, Settings.Ranks)],
        };
        if (!complete)
        {
            Settle();
        }
    }

    private void Settle()
    {
        var before = state.MemoryEpoch;
        state = state with { MemoryEpoch = state.Epoch };
        if (InEpoch)
        {
            reasons.Add($"all ranks joined epoch {state.Epoch}");
            actions.Add(new AllJoined(state.Epoch));
        }

        if (before is { } epoch)
        {
            actions.Add(new RemoveSegment(epoch));
        }
    }

    private void Finish(RunOutcome outcome, string? why)
    {
        if (!Over)
        {
            reasons.Add(why ?? "all ranks are done");
            actions.Add(new Finish(outcome, why));
            state = state with { Phase = SupervisorPhase.Finished };
        }
    }
}
