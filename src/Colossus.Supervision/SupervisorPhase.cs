namespace Colossus.Supervision;

/// <summary>What a run is at.</summary>
public enum SupervisorPhase
{
    /// <summary>The first processes are being started.</summary>
    Starting,

    /// <summary>The ranks train.</summary>
    Running,

    /// <summary>A rank was lost and its epoch has ended; the next one has not begun.</summary>
    Recovering,

    /// <summary>The ranks were asked to end.</summary>
    Stopping,

    /// <summary>All is over.</summary>
    Finished,
}
