namespace Colossus.Supervision;

/// <summary>What the process of a slot is at.</summary>
public enum SlotPhase
{
    /// <summary>There is no process.</summary>
    Gone,

    /// <summary>It was started and is not ready yet.</summary>
    Starting,

    /// <summary>It is ready and holds no rank.</summary>
    Ready,

    /// <summary>It holds a rank of the present epoch.</summary>
    Assigned,

    /// <summary>It left an epoch that ended, keeps its rank and waits for the next one.</summary>
    Parked,
}
