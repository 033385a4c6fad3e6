namespace Colossus.Collectives;

/// <summary>The size of a group's segment.</summary>
/// <param name="Ranks">Number of ranks, 1 to 256.</param>
/// <param name="Epoch">The generation of the ranks; what an older one writes lies in another segment.</param>
/// <param name="CounterCount">Counters of each rank.</param>
/// <param name="HeapBytes">Room for regions, see <see cref="SharedGroup.HeapBytesFor"/>.</param>
public readonly record struct GroupShape(int Ranks, long Epoch, int CounterCount, long HeapBytes);
