namespace Colossus.Protocol;

/// <summary>Loaded, warmed up and idle.</summary>
/// <param name="Pid">The process.</param>
public sealed record ReadyReport(int Pid) : RankReport;
