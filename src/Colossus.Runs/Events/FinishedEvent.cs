namespace Colossus.Runs.Events;

/// <summary>The supervisor leaves the run; the last line of a run or of one of its sessions.</summary>
/// <param name="Status"><c>completed</c>, <c>stopped</c>, <c>failed</c>, or <c>unsaved</c>: at its end or stopped, but the weights of the end are not on disk.</param>
/// <param name="Steps">Completed steps.</param>
/// <param name="Loss">Loss of the last completed step, nats a token; null when there was none.</param>
/// <param name="BitsPerByte">Last evaluation on held-out text; null when there was none.</param>
/// <param name="WeightsSha256">Fingerprint of all parameters in canonical order; null when the weights were lost or not reached.</param>
/// <param name="Restarts">Recoveries from faults.</param>
/// <param name="Run">Full path of the run folder.</param>
/// <param name="Reason">Why it failed or stopped, or why the weights were not saved; null when completed.</param>
/// <param name="SavedStep">Step of the newest good checkpoint, looked for when the run did not end as it should; null then for none, and otherwise.</param>
public sealed record FinishedEvent(
    string Status,
    long Steps,
    double? Loss,
    double? BitsPerByte,
    string? WeightsSha256,
    int Restarts,
    string Run,
    string? Reason = null,
    long? SavedStep = null) : RunEvent;
