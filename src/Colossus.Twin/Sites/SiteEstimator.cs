using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;
using Colossus.Twin.Estimates;
using Colossus.Twin.Jobs;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Sites;

/// <summary>Estimates a step on a site, whatever kinds of accelerators it takes.</summary>
public static class SiteEstimator
{
    /// <summary>Estimates a step.</summary>
    /// <param name="site">The site.</param>
    /// <param name="job">The job.</param>
    /// <param name="layout">The layout, sound or not.</param>
    /// <param name="parameters">Fitted quantities.</param>
    /// <param name="spread">Intervals.</param>
    /// <returns>
    /// The estimate on the pool that finishes last, with the least memory of all pools used: with equal shares a step waits for its slowest rank, and every rank
    /// holds as much. A layout that is larger than the site is among the estimate's problems.
    /// </returns>
    public static StepEstimate Estimate(SiteSpec site, PricedJob job, Layout layout, TwinParameters parameters, TwinSpread spread)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(job);
        bool sound = LayoutRules.Check(job.Model.Sizes, layout).Count == 0;
        IReadOnlyList<PoolMachine> pools = sound ? SitePools.For(site, job, layout, parameters) : SitePools.Of(site);
        StepEstimate estimate = Estimator.Estimate(job.Model, pools[^1].Machine, job.Setup, layout, parameters, spread);
        estimate = estimate with { Pools = pools, UsableBytes = pools.Min(static pool => MemoryFit.UsableBytes(pool.Machine.Accelerator)) };
        if (layout.Ranks <= site.Gpus && pools.Sum(static pool => pool.Gpus) >= layout.Ranks)
        {
            return estimate;
        }

        string problem = layout.Ranks > site.Gpus
            ? $"the layout needs {layout.Ranks} accelerators, {site.Name} has {site.Gpus}"
            : $"replicas of {layout.Ranks / layout.Data} ranks do not fit into the pools of {site.Name} without crossing from one to another; use fewer";
        return estimate with { Problems = [.. estimate.Problems, problem], Advice = problem };
    }
}
