namespace Colossus.Launch.Protocol;

/// <summary>End the process.</summary>
public sealed record ExitOrder : RankOrder;
