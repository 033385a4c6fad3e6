using Colossus.Specs.Layouts;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Search;

/// <summary>A layout with its price.</summary>
/// <param name="Layout">The layout; of unequal shares the data-parallel replicas of all pools together.</param>
/// <param name="Price">Its price: that of the pool which finishes last.</param>
/// <param name="Low">Lower end of the 90 % interval, seconds.</param>
/// <param name="High">Upper end of the 90 % interval, seconds: what layouts are ranked by.</param>
/// <param name="MemoryBytes">Memory of the fullest stage.</param>
/// <param name="Shares">What each kind of accelerator does.</param>
public sealed record RankedLayout(Layout Layout, StepPrice Price, double Low, double High, double MemoryBytes, IReadOnlyList<PoolShare> Shares)
{
    /// <summary>Whether every replica gets as many sequences as any other and computes as much again, as a job file says it.</summary>
    public bool EqualShares => Layout.GlobalBatch % (Layout.Data * Layout.MicroBatch) == 0 && Shares.All(share => share.MicroBatches == Layout.MicroBatches && share.Recompute == Layout.Recompute);
}
