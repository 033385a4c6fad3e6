namespace Colossus.Launch.Protocol;

/// <summary>The epoch is left; ready for another.</summary>
public sealed record ParkedReport(long Epoch) : RankReport;
