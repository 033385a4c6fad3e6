namespace Colossus.Launch.Local;

/// <summary>A process of the run as seen from outside.</summary>
/// <param name="Slot">Its place.</param>
/// <param name="Rank">The rank that it holds; -1 for none.</param>
/// <param name="Pid">Its process id.</param>
/// <param name="State">What it is at, in a word or two.</param>
public sealed record LaunchedSlot(int Slot, int Rank, int Pid, string State);
