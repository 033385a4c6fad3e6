namespace Colossus.Protocol;

/// <summary>Leave the epoch: stop waiting for others and answer <see cref="ParkedReport"/>.</summary>
/// <param name="Epoch">The epoch that ended.</param>
public sealed record AbortOrder(int Epoch) : RankOrder;
