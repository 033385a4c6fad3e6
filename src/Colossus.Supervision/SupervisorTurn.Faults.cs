using static Colossus.Supervision.SupervisorAction;

namespace Colossus.Supervision;

internal sealed partial class SupervisorTurn
{
    /// <summary>Kills who has been silent, has not left an ended epoch or does not get ready.</summary>
    public void CheckDeadlines()
    {
        for (var slot = 0; slot < state.Slots.Length && !Over; slot++)
        {
            var own = state.Slots[slot];
            if (own.Usable && Deadline(own) is { } deadline && now >= deadline)
            {
                Condemn(slot, own.Phase == SlotPhase.Starting ? $"was not ready after {Settings.StartWithin.TotalSeconds:0} s"
                    : now - own.Heard >= Settings.Silence ? $"gave no sign of life for {Settings.Silence.TotalSeconds:0.#} s"
                    : $"did not leave epoch {state.Epoch} within {Settings.ParkWithin.TotalSeconds:0.#} s");
            }
        }
    }

    private TimeSpan? NextDeadline() => state.Slots.Where(slot => slot.Usable).Select(Deadline).Min();

    private TimeSpan? Deadline(SlotState slot) => slot.Phase switch
    {
        SlotPhase.Starting => slot.Heard + Settings.StartWithin,
        SlotPhase.Assigned when state.Phase == SupervisorPhase.Recovering => Earlier(state.ParkBy, slot.Heard + Settings.Silence),
        SlotPhase.Assigned when !state.Done.Contains(slot.Rank) => slot.Heard + Settings.Silence,
        _ => null,
    };

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void Condemn(int slot, string why)
    {
        reasons.Add($"slot {slot} {why}");
        actions.Add(new KillSlot(slot));
        Change(slot, one => one with { Condemned = why });
    }

    private void Lose(int slot, string description)
    {
        var own = state.Slots[slot];
        if (own.Phase == SlotPhase.Gone)
        {
            return;
        }

        var what = own.Condemned ?? description;
        Change(slot, _ => SlotState.Empty);
        if (own.Phase == SlotPhase.Starting)
        {
            state = state with { FailedStarts = state.FailedStarts + 1 };
            reasons.Add($"slot {slot} {what}, before it was ready");
            var needed = state.Phase is SupervisorPhase.Starting or SupervisorPhase.Recovering;
            if (needed && state.FailedStarts >= SupervisorSettings.FruitlessAttempts)
            {
                Finish(RunOutcome.Failed, $"{state.FailedStarts} processes in a row ended before they were ready; the last one {what}");
            }
        }
        else if (own.Rank >= 0 && !(InEpoch && state.Done.Contains(own.Rank)))
        {
            actions.Add(new Fault(slot, own.Rank, state.Epoch, own.Condemned is not null, $"rank {own.Rank} {what}"));
            Recover($"rank {own.Rank} {what}");
        }
    }

    /// <summary>Ends the epoch, unless it has ended already.</summary>
    private void Recover(string what)
    {
        reasons.Add(what);
        if (!InEpoch)
        {
            return;
        }

        if (state.Restarts >= Settings.MaxRestarts)
        {
            Finish(RunOutcome.Failed, $"{what}, and resilience.maxRestarts allows {Settings.MaxRestarts} recoveries");
            return;
        }

        if (state.FruitlessRecoveries >= SupervisorSettings.FruitlessAttempts)
        {
            Finish(RunOutcome.Failed, $"{what}; {state.FruitlessRecoveries} recoveries in a row ended before a step was completed, so another one would not help");
            return;
        }

        state = state with
        {
            Phase = SupervisorPhase.Recovering,
            Restarts = state.Restarts + 1,
            FruitlessRecoveries = state.FruitlessRecoveries + 1,
            ParkBy = now + Settings.ParkWithin,
        };
        for (var slot = 0; slot < state.Slots.Length; slot++)
        {
            if (state.Slots[slot] is { Phase: SlotPhase.Assigned, Usable: true })
            {
                actions.Add(new AbortEpoch(slot, state.Epoch));
            }
        }
    }

    private void Fail(int slot, SlotState own, string reason)
    {
        if (InEpoch || state.Phase == SupervisorPhase.Starting)
        {
            Finish(RunOutcome.Failed, own.Rank >= 0 ? $"rank {own.Rank}: {reason}" : reason);
        }
        else if (own.Usable)
        {
            // Its epoch has ended anyway. What would fail again will do so in the next one.
            Condemn(slot, $"failed: {reason}");
        }
    }
}
