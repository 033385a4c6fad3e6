namespace Colossus.Runs.Events;

/// <summary>A checkpoint could not be written: the newest good one before it stays, and it is made up for soon.</summary>
/// <param name="Step">Completed steps that it would have held.</param>
/// <param name="Error">What went wrong, where.</param>
public sealed record CheckpointFailedEvent(long Step, string Error) : RunEvent;
