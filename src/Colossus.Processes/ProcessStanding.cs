namespace Colossus.Processes;

/// <summary>What can be said of a process from here.</summary>
public enum ProcessStanding
{
    /// <summary>It runs. A stopped one (SIGSTOP) does too.</summary>
    Alive,

    /// <summary>It has ended: nobody has its number, or somebody else has; or the machine was started anew.</summary>
    Ended,

    /// <summary>It belongs to another machine or PID namespace (another container), whose numbers mean nothing here.</summary>
    OutOfSight,
}
