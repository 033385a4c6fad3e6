using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;
using Colossus.Twin.Estimates;
using Colossus.Twin.Jobs;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Sites;

/// <summary>The kinds of accelerators of a site, as the twin prices them.</summary>
public static class SitePools
{
    /// <summary>Share of the network's bandwidth that the fabrics of the measured runs carried; a site's own share is taken relative to it.</summary>
    private const double usualEfficiency = 0.9;

    /// <summary>All kinds, in the order of the site; pools of the same kind count as one.</summary>
    /// <param name="site">The site.</param>
    public static IReadOnlyList<PoolMachine> Of(SiteSpec site)
    {
        ArgumentNullException.ThrowIfNull(site);
        return [.. site.Pools.GroupBy(pool => MachineOf(site, pool)).Select(static group => new PoolMachine(group.Key, group.Sum(static pool => pool.Gpus)))];
    }

    /// <summary>The pools that a layout runs on: the fastest one that is large enough and has the memory, else the fastest ones until there are enough.</summary>
    /// <param name="site">The site.</param>
    /// <param name="job">The job.</param>
    /// <param name="layout">A sound layout.</param>
    /// <param name="parameters">Fitted quantities.</param>
    /// <returns>The pools with the accelerators that are used of each, fastest first; all of them if even these are too few.</returns>
    public static IReadOnlyList<PoolMachine> For(SiteSpec site, PricedJob job, Layout layout, TwinParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(job);
        IReadOnlyList<PoolMachine> pools = Of(site);
        if (pools.Count == 1)
        {
            return [pools[0] with { Gpus = layout.Ranks }];
        }

        PoolMachine[] byTime = [.. pools.OrderBy(pool => StepEstimator.Price(job.Model, pool.Machine, job.Setup, layout, parameters).Total)];
        PoolMachine[] enough = [.. byTime.Where(pool => pool.Gpus >= layout.Ranks)];
        if (enough.Length > 0)
        {
            double memory = MemoryFit.FullestStage(job.Model, layout, MemoryFit.RulesOf(job.Setup));
            return [(Array.Find(enough, pool => memory <= MemoryFit.UsableBytes(pool.Machine.Accelerator)) ?? enough[0]) with { Gpus = layout.Ranks }];
        }

        var used = new List<PoolMachine>();
        int left = layout.Data;
        int ranks = layout.Ranks / layout.Data;
        foreach (PoolMachine pool in byTime)
        {
            int replicas = Math.Min(left, pool.Gpus / ranks);
            if (replicas > 0)
            {
                used.Add(pool with { Gpus = replicas * ranks });
                left -= replicas;
            }
        }

        return used.Count == 0 ? byTime : used;
    }

    private static Machine MachineOf(SiteSpec site, PoolSpec pool)
    {
        int domain = pool.Accelerator.LinkDomain > 8 ? pool.Accelerator.LinkDomain : Math.Min(pool.Accelerator.LinkDomain, pool.GpusPerNode);
        return new Machine(pool.Accelerator, domain, site.NicGbpsPerGpu * 1e9 / 8, site.FabricEfficiency / usualEfficiency);
    }
}
