namespace Colossus.Collectives;

/// <summary>The epoch that a group belongs to was ended from outside or by another rank: leave the step and wait for the next epoch.</summary>
/// <param name="epoch">The epoch that ended.</param>
/// <param name="reason">Why.</param>
public sealed class CollectiveAbortedException(long epoch, string reason) : Exception($"epoch {epoch} was aborted: {reason}")
{
    /// <summary>The epoch that ended.</summary>
    public long Epoch { get; } = epoch;
}
