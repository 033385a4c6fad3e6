namespace Colossus.Collectives;

/// <summary>A few 64-bit values of the group, 0 at first, that any rank may read and write; what each means is the caller's agreement.</summary>
public sealed unsafe class SharedSlots
{
    /// <summary>Number of slots.</summary>
    public const int Count = GroupLayout.SlotCount;

    private readonly SharedGroup group;

    internal SharedSlots(SharedGroup group) => this.group = group;

    /// <summary>One value. A write is visible to whoever reads it afterwards, together with all that the writer wrote before.</summary>
    /// <param name="index">Number of the slot, 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="CollectiveAbortedException">On writing: the group was given up.</exception>
    public long this[int index]
    {
        get => Volatile.Read(ref *At(index));
        set
        {
            long* slot = At(index);
            group.RequireRank();
            group.CheckMayPublish();
            Volatile.Write(ref *slot, value);
        }
    }

    /// <summary>Writes a value if the slot still holds the expected one: for decisions that only the first may take.</summary>
    /// <param name="index">Number of the slot.</param>
    /// <param name="value">New value.</param>
    /// <param name="expected">What it must hold.</param>
    /// <returns>What it held: equal to <paramref name="expected"/> if the value was written.</returns>
    /// <exception cref="CollectiveAbortedException">The group was given up.</exception>
    public long CompareExchange(int index, long value, long expected)
    {
        long* slot = At(index);
        group.RequireRank();
        group.CheckMayPublish();
        return Interlocked.CompareExchange(ref *slot, value, expected);
    }

    private long* At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return (long*)(group.Memory + GroupLayout.SlotsAt) + index;
    }
}
