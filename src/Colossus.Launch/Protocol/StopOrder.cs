namespace Colossus.Launch.Protocol;

/// <summary>End after the step at hand, with a checkpoint.</summary>
public sealed record StopOrder : RankOrder;
