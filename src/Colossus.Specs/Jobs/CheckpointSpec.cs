namespace Colossus.Specs.Jobs;

/// <summary>When the state goes to disk.</summary>
/// <param name="Every">Steps between checkpoints; 0 for the end only; default 50.</param>
/// <param name="Keep">How many stay on disk, 1 or more; default 3.</param>
/// <param name="Auto">Whether the file says <c>every: auto</c>: the interval follows from failure rate and cost where a site gives them, and is <paramref name="Every"/> where none does.</param>
public sealed record CheckpointSpec(int Every = 50, int Keep = 3, bool Auto = false);
