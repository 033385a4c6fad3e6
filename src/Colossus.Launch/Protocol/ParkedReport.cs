namespace Colossus.Launch.Protocol;

/// <summary>The rank left the epoch and waits for another.</summary>
/// <param name="Epoch">The epoch that it left.</param>
public sealed record ParkedReport(int Epoch) : RankReport;
