namespace Colossus.Protocol;

/// <summary>Leave: the process is not needed any more.</summary>
public sealed record ExitOrder : RankOrder;
