namespace Colossus.Supervision;

/// <summary>Something to be done.</summary>
public abstract record SupervisorAction
{
    /// <summary>Start a process.</summary>
    /// <param name="Slot">Its place, which is free.</param>
    public sealed record StartSlot(int Slot) : SupervisorAction;

    /// <summary>Give a process a rank.</summary>
    /// <param name="Slot">Its place.</param>
    /// <param name="Epoch">The new epoch.</param>
    /// <param name="Rank">The rank.</param>
    /// <param name="RestoreEpoch">Epoch whose memory holds the state; null for the checkpoint, or the fresh start, of the run.</param>
    /// <param name="KnownStep">The last completed step that the supervisor knows of.</param>
    public sealed record Assign(int Slot, int Epoch, int Rank, int? RestoreEpoch, long KnownStep) : SupervisorAction;

    /// <summary>Tell a rank that its epoch has ended.</summary>
    /// <param name="Slot">Its place.</param>
    /// <param name="Epoch">The epoch.</param>
    public sealed record AbortEpoch(int Slot, int Epoch) : SupervisorAction;

    /// <summary>Kill a process; its end is then reported like any other.</summary>
    /// <param name="Slot">Its place.</param>
    public sealed record KillSlot(int Slot) : SupervisorAction;

    /// <summary>Ask a rank to end in order, with a checkpoint.</summary>
    /// <param name="Slot">Its place.</param>
    public sealed record SendStop(int Slot) : SupervisorAction;

    /// <summary>Remove the shared memory of an epoch.</summary>
    /// <param name="Epoch">The epoch.</param>
    public sealed record RemoveSegment(int Epoch) : SupervisorAction;

    /// <summary>Make known that a rank was lost.</summary>
    /// <param name="Slot">Where it was.</param>
    /// <param name="Rank">The rank.</param>
    /// <param name="Epoch">The epoch that ended with it.</param>
    /// <param name="Silent">Whether it was killed because nothing was heard of it.</param>
    /// <param name="Description">What happened, in a sentence.</param>
    public sealed record Fault(int Slot, int Rank, int Epoch, bool Silent, string Description) : SupervisorAction;

    /// <summary>Make known that all ranks are in place.</summary>
    /// <param name="Epoch">The epoch that they are in.</param>
    public sealed record AllJoined(int Epoch) : SupervisorAction;

    /// <summary>Send a tick at this time, if nothing happened before it.</summary>
    /// <param name="At">On the clock of the events.</param>
    public sealed record WakeAt(TimeSpan At) : SupervisorAction;

    /// <summary>End all processes; the run is over.</summary>
    /// <param name="Status">How it ended.</param>
    /// <param name="Why">The reason; null when completed.</param>
    public sealed record Finish(RunOutcome Status, string? Why) : SupervisorAction;
}
