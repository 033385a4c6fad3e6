namespace Colossus.Launch.Protocol;

/// <summary>Leave the epoch and answer <c>parked</c>.</summary>
/// <param name="Epoch">The epoch that ends.</param>
public sealed record AbortOrder(long Epoch) : RankOrder;
