using System.Runtime.InteropServices;

namespace Colossus.Collectives;

/// <summary>The first page of a group's segment.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GroupHeader
{
    public const long MagicValue = 0x31_73_75_73_73_6f_6c_43;
    public const int MaximumRanks = 256;
    public const int SlotCount = 16;

    public long Magic;
    public int Ranks;
    public int CounterCount;
    public long Epoch;

    /// <summary>0 while the epoch lives.</summary>
    public int Aborted;

    /// <summary>Grows with every advance of a counter; waiters sleep on it.</summary>
    public int Changes;
    public int Sleepers;
    public int Padding;
    public fixed long Slots[SlotCount];
    public fixed int Processes[MaximumRanks];
}
