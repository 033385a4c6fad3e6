using System.Collections.Immutable;

namespace Colossus.Supervision;

/// <summary>All that a supervisor knows.</summary>
/// <param name="Settings">What it was told at the start.</param>
/// <param name="Slots">The processes.</param>
public sealed record SupervisorState(SupervisorSettings Settings, ImmutableArray<SlotState> Slots)
{
    /// <summary>What the run is at.</summary>
    public SupervisorPhase Phase { get; init; }

    /// <summary>The present generation of ranks; -1 before the first.</summary>
    public int Epoch { get; init; } = -1;

    /// <summary>The newest epoch whose memory holds a whole state, as all ranks had joined it; null before the first.</summary>
    public int? MemoryEpoch { get; init; }

    /// <summary>Completed steps.</summary>
    public long Step { get; init; } = Settings.Step;

    /// <summary>Recoveries so far.</summary>
    public int Restarts { get; init; }

    /// <summary>Recoveries since the last completed step.</summary>
    public int FruitlessRecoveries { get; init; }

    /// <summary>Processes in a row that ended before they were ready.</summary>
    public int FailedStarts { get; init; }

    /// <summary>Ranks that joined the present epoch.</summary>
    public ImmutableHashSet<int> Joined { get; init; } = [];

    /// <summary>Ranks that are done.</summary>
    public ImmutableHashSet<int> Done { get; init; } = [];

    /// <summary>Whether a rank said that it is done because it was asked to stop.</summary>
    public bool DoneByRequest { get; init; }

    /// <summary>Why the final weights are not on disk, as a rank said that is done; null when none did.</summary>
    public string? Unsaved { get; init; }

    /// <summary>Whether somebody asked for an orderly end.</summary>
    public bool StopRequested { get; init; }

    /// <summary>When ranks that have not left the ended epoch are killed.</summary>
    public TimeSpan ParkBy { get; init; }

    /// <summary>When the last decision was made.</summary>
    public TimeSpan Decided { get; init; }

    /// <summary>The state before anything happened; the first event, a tick, starts the first processes.</summary>
    /// <param name="settings">What the supervisor is told.</param>
    public static SupervisorState Initial(SupervisorSettings settings) =>
        new(settings, [.. Enumerable.Repeat(SlotState.Empty, settings.Slots)]);

    /// <summary>The slot that holds a rank; -1 when none does.</summary>
    /// <param name="rank">The rank.</param>
    public int SlotOf(int rank)
    {
        for (var slot = 0; slot < Slots.Length; slot++)
        {
            if (Slots[slot].Phase != SlotPhase.Gone && Slots[slot].Rank == rank)
            {
                return slot;
            }
        }

        return -1;
    }
}
