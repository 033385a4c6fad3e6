namespace Colossus.Supervision;

/// <summary>What a supervisor is told at the start of a run.</summary>
/// <param name="Ranks">Ranks of the run, 1 or more.</param>
/// <param name="Spares">Processes that stand ready beside them.</param>
/// <param name="MaxRestarts">Recoveries after which the run gives up.</param>
/// <param name="Heartbeat">Time between signs of life of a rank.</param>
/// <param name="Step">Completed steps that the run starts from.</param>
public sealed record SupervisorSettings(int Ranks, int Spares, int MaxRestarts, TimeSpan Heartbeat, long Step = 0)
{
    /// <summary>Heartbeats without a word after which a rank counts as lost.</summary>
    public const int SilentHeartbeats = 10;

    /// <summary>Recoveries in a row that may pass without a completed step; also starts in a row that may fail.</summary>
    public const int FruitlessAttempts = 3;

    /// <summary>Time without a word after which a rank counts as lost: 10 heartbeats, at least 5 s.</summary>
    public TimeSpan Silence => TimeSpan.FromSeconds(Math.Max(5, SilentHeartbeats * Heartbeat.TotalSeconds));

    /// <summary>Time that the ranks have to leave an epoch that has ended.</summary>
    public TimeSpan ParkWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time that a process has from its start until it is ready.</summary>
    public TimeSpan StartWithin { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Processes at most: one a rank and the spare ones.</summary>
    public int Slots => Ranks + Spares;
}
