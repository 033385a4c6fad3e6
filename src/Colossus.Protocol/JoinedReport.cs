namespace Colossus.Protocol;

/// <summary>The state is restored and training goes on.</summary>
/// <param name="Step">Completed steps that it goes on from.</param>
public sealed record JoinedReport(long Step) : RankReport;
