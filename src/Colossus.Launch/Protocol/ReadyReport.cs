namespace Colossus.Launch.Protocol;

/// <summary>Loaded, warmed up, without work.</summary>
public sealed record ReadyReport(int ProcessId) : RankReport;
