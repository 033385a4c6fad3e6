namespace Colossus.Launch.Protocol;

/// <summary>The state is restored on all ranks of the epoch; training goes on after <paramref name="Step"/> completed steps.</summary>
public sealed record JoinedReport(long Epoch, long Step) : RankReport;
