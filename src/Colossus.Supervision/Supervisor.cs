namespace Colossus.Supervision;

/// <summary>Decides what is done about the processes of a run. It has no clock and touches nothing: same input, same answer.</summary>
public static class Supervisor
{
    /// <summary>Answers an event.</summary>
    /// <param name="state">What is known.</param>
    /// <param name="now">The present time, on a clock that never goes back.</param>
    /// <param name="happened">The event.</param>
    /// <returns>The new state and what is to be done.</returns>
    public static Decision Decide(SupervisorState state, TimeSpan now, SupervisorEvent happened)
    {
        if (state.Phase == SupervisorPhase.Finished)
        {
            return new Decision(state, [], "");
        }

        var turn = new SupervisorTurn(state, now);
        turn.ForgiveOwnSleep();
        turn.Take(happened);
        turn.CheckDeadlines();
        turn.Advance();
        return turn.Decide();
    }
}
