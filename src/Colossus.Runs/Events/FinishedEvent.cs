namespace Colossus.Runs.Events;

/// <summary>The supervisor leaves the run; the last line of a run or of one of its sessions.</summary>
/// <param name="Status"><c>completed</c>, <c>stopped</c> or <c>failed</c>.</param>
/// <param name="Steps">Completed steps.</param>
/// <param name="Loss">Loss of the last completed step, nats a token; null when there was none.</param>
/// <param name="BitsPerByte">Last evaluation on held-out text; null when there was none.</param>
/// <param name="WeightsSha256">Fingerprint of all parameters in canonical order; null when the weights were lost or not reached.</param>
/// <param name="Restarts">Recoveries from faults.</param>
/// <param name="Run">Full path of the run folder.</param>
/// <param name="Reason">Why it failed or stopped; null when completed.</param>
public sealed record FinishedEvent(
    string Status,
    long Steps,
    double? Loss,
    double? BitsPerByte,
    string? WeightsSha256,
    int Restarts,
    string Run,
    string? Reason = null) : RunEvent;
