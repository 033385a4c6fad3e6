namespace Colossus.Launch.Protocol;

/// <summary>A sign of life, sent from a thread of its own.</summary>
/// <param name="Epoch">The epoch that the rank is in; -1 before the first.</param>
/// <param name="Step">Completed steps.</param>
/// <param name="Phase">What it is doing, in a word or two.</param>
/// <param name="Buckets">Seconds since the process began, by the name of the time bucket.</param>
public sealed record AliveReport(int Epoch, long Step, string Phase, IReadOnlyDictionary<string, double> Buckets) : RankReport;
