namespace Colossus.Supervision;

/// <summary>Something that happened, as a supervisor sees it.</summary>
public abstract record SupervisorEvent
{
    /// <summary>The process is loaded and idle.</summary>
    /// <param name="Slot">Its place.</param>
    public sealed record SlotReady(int Slot) : SupervisorEvent;

    /// <summary>The process has ended; nothing more comes from it.</summary>
    /// <param name="Slot">Its place.</param>
    /// <param name="Description">How it ended, as in "was killed by signal 9".</param>
    public sealed record SlotExited(int Slot, string Description) : SupervisorEvent;

    /// <summary>A rank has its state and goes on.</summary>
    /// <param name="Slot">Its place.</param>
    /// <param name="Epoch">The epoch that it is in.</param>
    /// <param name="Step">Completed steps that it goes on from.</param>
    public sealed record Joined(int Slot, int Epoch, long Step) : SupervisorEvent;

    /// <summary>The process gave a sign of life, of whatever kind.</summary>
    /// <param name="Slot">Its place.</param>
    public sealed record Alive(int Slot) : SupervisorEvent;

    /// <summary>All ranks completed a step.</summary>
    /// <param name="Epoch">The epoch that computed it.</param>
    /// <param name="Step">Completed steps.</param>
    public sealed record StepDone(int Epoch, long Step) : SupervisorEvent;

    /// <summary>A rank left an epoch.</summary>
    /// <param name="Slot">Its place.</param>
    /// <param name="Epoch">The epoch that it left.</param>
    public sealed record Parked(int Slot, int Epoch) : SupervisorEvent;

    /// <summary>A rank is done.</summary>
    /// <param name="Slot">Its place.</param>
    /// <param name="Epoch">The epoch that it is in.</param>
    /// <param name="Stopped">Whether it ended by request.</param>
    /// <param name="Unsaved">Why the final weights are not on disk; null when they are, or another rank answers for them.</param>
    public sealed record RankFinished(int Slot, int Epoch, bool Stopped, string? Unsaved = null) : SupervisorEvent;

    /// <summary>A rank cannot go on, and another try would not help.</summary>
    /// <param name="Slot">Its place.</param>
    /// <param name="Code">The kind of failure.</param>
    /// <param name="Reason">The same in a sentence.</param>
    public sealed record RankFailed(int Slot, string Code, string Reason) : SupervisorEvent;

    /// <summary>Somebody asks for the end.</summary>
    /// <param name="Immediate">Whether at once, without a checkpoint.</param>
    public sealed record StopRequested(bool Immediate) : SupervisorEvent;

    /// <summary>Time has passed.</summary>
    public sealed record Tick : SupervisorEvent;
}
