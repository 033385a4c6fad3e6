namespace Colossus.Protocol;

/// <summary>The rank left the epoch and waits for another.</summary>
public sealed record ParkedReport : RankReport;
