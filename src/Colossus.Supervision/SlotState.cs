namespace Colossus.Supervision;

/// <summary>One place for a process.</summary>
/// <param name="Phase">What its process is at.</param>
/// <param name="Rank">The rank that it holds; -1 for none.</param>
/// <param name="Heard">When it was started, assigned or last heard of.</param>
/// <param name="Condemned">Why it was told to be killed, until its end is reported; null otherwise.</param>
public sealed record SlotState(SlotPhase Phase, int Rank, TimeSpan Heard, string? Condemned)
{
    /// <summary>No process.</summary>
    public static SlotState Empty { get; } = new(SlotPhase.Gone, -1, TimeSpan.Zero, null);

    /// <summary>Whether there is a process that is not about to be killed.</summary>
    public bool Usable => Phase != SlotPhase.Gone && Condemned is null;
}
