namespace Colossus.Specs.Jobs;

/// <summary>How faults are noticed and answered.</summary>
/// <param name="Heartbeat">Time between signs of life of a rank; default 0.5 s.</param>
/// <param name="Spares">Processes that stand ready, loaded and idle, to take a lost rank's place; default 1.</param>
/// <param name="MaxRestarts">Recoveries after which the run gives up; default 100.</param>
/// <param name="SnapshotEvery">Steps between copies of the state in memory; default 1.</param>
public sealed record ResilienceSpec(
    TimeSpan Heartbeat,
    int Spares = 1,
    int MaxRestarts = 100,
    int SnapshotEvery = 1);
