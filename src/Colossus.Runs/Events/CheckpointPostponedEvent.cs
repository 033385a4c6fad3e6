namespace Colossus.Runs.Events;

/// <summary>A checkpoint was due of a state that failed its check (a step without a finite loss, weights that are not finite): the older ones stay, and it is made up for as soon as the state is sound.</summary>
/// <param name="Step">Completed steps that it would have held.</param>
/// <param name="Reason">What is wrong with the state.</param>
public sealed record CheckpointPostponedEvent(long Step, string Reason) : RunEvent;
