namespace Colossus.Processes;

/// <summary>
/// A process, told apart from every other one. Its number alone says nothing: numbers are given again, each container counts its own from 1, and other machines have the same ones.
/// </summary>
/// <param name="Pid">Number of the process in its PID namespace.</param>
/// <param name="StartTicks">When it started, in clock ticks since boot (field 22 of <c>/proc/PID/stat</c>); 0 where that is not known.</param>
/// <param name="Boot">As <see cref="IProcessTable.Boot"/>.</param>
/// <param name="PidNamespace">Inode of its PID namespace; 0 where that is not known.</param>
/// <param name="Host">Name of its machine or container.</param>
public sealed record ProcessIdentity(int Pid, long StartTicks, string Boot, long PidNamespace, string Host)
{
    /// <summary>The calling process.</summary>
    public static ProcessIdentity Current { get; } = ProcessTable.OfThisMachine.Self();

    /// <summary>What can be said of the process.</summary>
    /// <param name="table">Where to look; null for this machine.</param>
    public ProcessStanding Standing(IProcessTable? table = null)
    {
        table ??= ProcessTable.OfThisMachine;
        if (Boot != table.Boot)
        {
            // Another machine, or this one before it was started anew.
            return Host == table.Host ? ProcessStanding.Ended : ProcessStanding.OutOfSight;
        }

        // One boot is one machine, whatever the containers on it are called; without it (no Linux) the name must do.
        return PidNamespace != table.PidNamespace || (Boot.Length == 0 && Host != table.Host) ? ProcessStanding.OutOfSight
            : table.StartOf(Pid) == StartTicks ? ProcessStanding.Alive
            : ProcessStanding.Ended;
    }
}
