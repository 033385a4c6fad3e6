using Colossus.Plan.Work;
using Colossus.Specs.Layouts;
using Colossus.Twin.Estimates;
using Colossus.Twin.Pricing;
using Colossus.Twin.Sites;

namespace Colossus.Twin.Search;

/// <summary>Prices layouts that span accelerators of several kinds: one step over all of them.</summary>
/// <remarks>
/// A replica lies whole in one pool and has the same ranks in each, so that gradients are reduced between equals. What may differ from pool to pool is what a step does
/// not need to agree on: how many micro-batches a replica takes (each gradient is weighted by its sequences) and what its backward pass computes again. Micro-batches
/// go where they are finished first (<see cref="MicroBatchShares"/>); the step lasts until the last pool has finished.
/// </remarks>
public sealed class MixedSearch
{
    private readonly ModelShape model;
    private readonly IReadOnlyList<PoolMachine> pools;
    private readonly TrainingSetup setup;
    private readonly TwinParameters parameters;
    private readonly TwinSpread spread;

    /// <summary>Makes a search.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pools">The kinds of accelerators, two or more.</param>
    /// <param name="setup">Format and software.</param>
    /// <param name="parameters">Fitted quantities.</param>
    /// <param name="spread">Intervals.</param>
    public MixedSearch(ModelShape model, IReadOnlyList<PoolMachine> pools, TrainingSetup setup, TwinParameters parameters, TwinSpread spread)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pools);
        ArgumentNullException.ThrowIfNull(setup);
        this.model = model;
        this.pools = pools;
        this.setup = setup;
        this.parameters = parameters;
        this.spread = spread;
    }

    /// <summary>Searches.</summary>
    /// <param name="space">What is varied.</param>
    /// <param name="keep">How many layouts to keep.</param>
    /// <param name="threads">Threads that search; the outcome is the same with any number.</param>
    /// <param name="progress">Gets the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the search early.</param>
    public SearchResult Run(SearchSpace space, int keep = 5, int threads = 1, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(space);
        return SearchParts.Run(
            new LayoutSpace(model, space),
            ranks => pools.Sum(pool => pool.Gpus / ranks),
            leaders => new MixedJudge(leaders, model, pools, setup, parameters, spread),
            Exactly,
            keep,
            threads,
            progress,
            cancellationToken);
    }

    private RankedLayout Exactly(RankedLayout ranked)
    {
        Layout even = MixedJudge.Evenly(ranked.Layout);
        StepPrice slowest = default;
        var shares = new PoolShare[pools.Count];
        for (int i = 0; i < shares.Length; i++)
        {
            PoolShare share = ranked.Shares[i];
            Layout own = MixedJudge.WithMicroBatches(even, Math.Max(1, share.MicroBatches)) with { Recompute = share.Recompute };
            StepPrice price = StepEstimator.Price(model, pools[i].Machine, setup, own, parameters);
            shares[i] = share with { Seconds = price.Total };
            slowest = price.Total > slowest.Total ? price : slowest;
        }

        (double low, double high) = spread.Interval(TwinSpread.GroupOf(model, setup, even), slowest.Total);
        return ranked with { Price = slowest, Low = low, High = high * MemoryFit.Unmeasured(even), Shares = shares };
    }
}
