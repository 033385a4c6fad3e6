using Colossus.Specs.Sites;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Search;

/// <summary>The machine of the twin that stands for a site.</summary>
public static class SiteMachine
{
    /// <summary>Share of the network's bandwidth that the fabrics of the measured runs carried; a site's own share is taken relative to it.</summary>
    private const double usualEfficiency = 0.9;

    /// <summary>The machine of one pool.</summary>
    /// <param name="site">The site.</param>
    /// <param name="pool">One of its pools.</param>
    public static Machine Of(SiteSpec site, PoolSpec pool)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(pool);
        int domain = pool.Accelerator.LinkDomain > 8 ? pool.Accelerator.LinkDomain : Math.Min(pool.Accelerator.LinkDomain, pool.GpusPerNode);
        return new Machine(pool.Accelerator, domain, site.NicGbpsPerGpu * 1e9 / 8, site.FabricEfficiency / usualEfficiency);
    }

    /// <summary>The machine of a whole site: of several pools the least of each figure, because a step waits for its slowest rank and every rank holds as much.</summary>
    /// <param name="site">The site.</param>
    public static Machine Of(SiteSpec site)
    {
        ArgumentNullException.ThrowIfNull(site);
        Machine machine = Of(site, site.Pools[0]);
        foreach (PoolSpec pool in site.Pools.Skip(1))
        {
            Machine other = Of(site, pool);
            AcceleratorSpec a = machine.Accelerator;
            AcceleratorSpec b = other.Accelerator;
            AcceleratorSpec weaker = a.PeakBf16 <= b.PeakBf16 ? a : b;
            AcceleratorSpec least = weaker with
            {
                Id = a.Id == b.Id ? a.Id : a.Id + "+" + b.Id,
                MemoryBytes = Math.Min(a.MemoryBytes, b.MemoryBytes),
                MemoryBandwidth = Math.Min(a.MemoryBandwidth, b.MemoryBandwidth),
                PeakFp32 = Math.Min(a.PeakFp32, b.PeakFp32),
                PeakFp8 = Math.Min(a.PeakFp8, b.PeakFp8),
                PeakFp4 = Math.Min(a.PeakFp4, b.PeakFp4),
                LinkBandwidth = Math.Min(a.LinkBandwidth, b.LinkBandwidth),
                PowerWatts = Math.Min(a.PowerWatts, b.PowerWatts),
            };
            machine = machine with { Accelerator = least, LinkDomain = Math.Min(machine.LinkDomain, other.LinkDomain) };
        }

        return machine;
    }
}
