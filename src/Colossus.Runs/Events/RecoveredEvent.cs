namespace Colossus.Runs.Events;

/// <summary>After a fault, all ranks are in place again.</summary>
/// <param name="Epoch">The new generation of ranks.</param>
/// <param name="Step">Completed steps that training goes on from.</param>
/// <param name="Seconds">Time from the fault until all ranks had joined.</param>
public sealed record RecoveredEvent(int Epoch, long Step, double Seconds) : RunEvent;
