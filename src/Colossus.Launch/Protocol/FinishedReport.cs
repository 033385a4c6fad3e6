namespace Colossus.Launch.Protocol;

/// <summary>The rank is done with the run.</summary>
/// <param name="Epoch">The epoch that it is in.</param>
/// <param name="Step">Completed steps.</param>
/// <param name="Loss">Loss of the last step, nats a token; null when there was none.</param>
/// <param name="BitsPerByte">Last evaluation; null when there was none.</param>
/// <param name="WeightsSha256">Fingerprint of all parameters in canonical order.</param>
/// <param name="Stopped">Whether it ended by request, before the last step.</param>
/// <param name="Buckets">Seconds since the process began, by the name of the time bucket.</param>
/// <param name="Unsaved">Why the final weights are not on disk, and what to do; null when they are, and from ranks other than 0.</param>
public sealed record FinishedReport(
    int Epoch,
    long Step,
    double? Loss,
    double? BitsPerByte,
    string? WeightsSha256,
    bool Stopped,
    IReadOnlyDictionary<string, double> Buckets,
    string? Unsaved = null) : RankReport;
