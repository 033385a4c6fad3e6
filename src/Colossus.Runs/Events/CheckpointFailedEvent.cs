namespace Colossus.Runs.Events;

/// <summary>A checkpoint could not be written; training goes on and the checkpoints before it stay.</summary>
/// <param name="Step">Completed steps that it would have held.</param>
/// <param name="Error">What went wrong, where.</param>
public sealed record CheckpointFailedEvent(long Step, string Error) : RunEvent;
