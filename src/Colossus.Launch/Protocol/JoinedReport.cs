namespace Colossus.Launch.Protocol;

/// <summary>The state is restored and training goes on.</summary>
/// <param name="Epoch">The epoch that the rank is in.</param>
/// <param name="Step">Completed steps that it goes on from.</param>
public sealed record JoinedReport(int Epoch, long Step) : RankReport;
