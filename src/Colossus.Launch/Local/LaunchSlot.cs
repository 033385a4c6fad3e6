using Colossus.Protocol.Time;

namespace Colossus.Launch.Local;

/// <summary>What the launcher knows of a slot beside what the supervisor does.</summary>
internal sealed class LaunchSlot
{
    /// <summary>The process that runs; null for none.</summary>
    public SlotProcess? Process { get; set; }

    /// <summary>Process id of the latest one, also after its end; 0 before the first.</summary>
    public int LastPid { get; set; }

    /// <summary>What the process is at, in a word or two.</summary>
    public string State { get; set; } = "starting";

    /// <summary>What the process says that it spent since its start; null before it says so.</summary>
    public TimeBuckets? Spent { get; set; }
}
