using static Colossus.Supervision.SupervisorAction;
using static Colossus.Supervision.SupervisorEvent;

namespace Colossus.Supervision.Tests;

/// <summary>A supervisor with a clock that the test moves, and what it ordered last.</summary>
internal sealed class Desk
{
    public Desk(int ranks = 2, int spares = 1, int maxRestarts = 100)
    {
        State = SupervisorState.Initial(new SupervisorSettings(ranks, spares, maxRestarts, TimeSpan.FromMilliseconds(500)));
        Tell(new Tick());
    }

    public SupervisorState State { get; private set; }

    public TimeSpan Now { get; private set; }

    public IReadOnlyList<SupervisorAction> Last { get; private set; } = [];

    public string Why { get; private set; } = "";

    public void Pass(double seconds) => Now += TimeSpan.FromSeconds(seconds);

    public IReadOnlyList<SupervisorAction> Tell(SupervisorEvent happened)
    {
        var decision = Supervisor.Decide(State, Now, happened);
        State = decision.State;
        Why = decision.Why;
        return Last = [.. decision.Actions.Where(action => action is not WakeAt)];
    }

    /// <summary>All started processes are ready, all ranks have joined.</summary>
    public Desk Train()
    {
        for (var slot = 0; slot < State.Slots.Length; slot++)
        {
            if (State.Slots[slot].Phase == SlotPhase.Starting)
            {
                Tell(new SlotReady(slot));
            }
        }

        for (var slot = 0; slot < State.Slots.Length; slot++)
        {
            if (State.Slots[slot].Phase == SlotPhase.Assigned)
            {
                Tell(new Joined(slot, State.Epoch, State.Step));
            }
        }

        return this;
    }
}
