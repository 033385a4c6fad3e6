using Colossus.Protocol.Time;

namespace Colossus.Protocol;

/// <summary>The rank is done with the run.</summary>
/// <param name="Step">Completed steps.</param>
/// <param name="Loss">Loss of the last step, nats a token; null when there was none.</param>
/// <param name="BitsPerByte">Last evaluation; null when there was none.</param>
/// <param name="WeightsSha256">Fingerprint of all parameters in canonical order.</param>
/// <param name="Stopped">Whether it ended by request, before the last step.</param>
/// <param name="Buckets">Seconds since the process began.</param>
/// <param name="Unsaved">Why the final weights are not on disk, and what to do; null when they are, and from ranks other than 0.</param>
public sealed record FinishedReport(
    long Step,
    double? Loss,
    double? BitsPerByte,
    string? WeightsSha256,
    bool Stopped,
    TimeBuckets Buckets,
    string? Unsaved = null) : RankReport;
