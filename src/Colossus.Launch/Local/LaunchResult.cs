using Colossus.Supervision;

namespace Colossus.Launch.Local;

/// <summary>How a launch ended; none of its processes is left.</summary>
/// <param name="Outcome">In a word.</param>
/// <param name="Reason">Why; null when completed.</param>
/// <param name="Steps">Completed steps.</param>
/// <param name="Loss">Loss of the last one; null when there was none.</param>
/// <param name="BitsPerByte">Last evaluation; null when there was none.</param>
/// <param name="WeightsSha256">Fingerprint of the weights; null when they were lost or not reached.</param>
/// <param name="Restarts">Recoveries from faults.</param>
public sealed record LaunchResult(
    RunOutcome Outcome,
    string? Reason,
    long Steps,
    double? Loss,
    double? BitsPerByte,
    string? WeightsSha256,
    int Restarts);
