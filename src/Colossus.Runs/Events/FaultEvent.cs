namespace Colossus.Runs.Events;

/// <summary>A rank was lost.</summary>
/// <param name="Rank">The rank; null for a process that held none.</param>
/// <param name="Pid">Process id; 0 when not known.</param>
/// <param name="Kind">What happened, in a word: <c>exited</c>, <c>silent</c>, <c>failed</c>.</param>
/// <param name="Reason">The same in a sentence.</param>
/// <param name="Step">Completed steps at that moment.</param>
/// <param name="Epoch">Generation of ranks that ended with it.</param>
public sealed record FaultEvent(int? Rank, int Pid, string Kind, string Reason, long Step, int Epoch) : RunEvent;
