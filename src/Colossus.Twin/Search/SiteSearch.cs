using Colossus.Specs.Sites;
using Colossus.Twin.Jobs;
using Colossus.Twin.Pricing;
using Colossus.Twin.Sites;

namespace Colossus.Twin.Search;

/// <summary>Finds the best layouts of a job on a site: on each kind of accelerator alone that has products of the job's format, and over several together where one kind is not enough.</summary>
public static class SiteSearch
{
    /// <summary>Searches.</summary>
    /// <param name="site">The site.</param>
    /// <param name="job">The job; of its layout only the global batch counts.</param>
    /// <param name="gpus">Most accelerators to use.</param>
    /// <param name="keep">How many layouts to keep.</param>
    /// <param name="parameters">Fitted quantities.</param>
    /// <param name="spread">Intervals.</param>
    /// <param name="threads">Threads that search; the outcome is the same with any number.</param>
    /// <param name="progress">Gets the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the search early.</param>
    public static SearchResult Run(
        SiteSpec site,
        PricedJob job,
        int gpus,
        int keep,
        TwinParameters parameters,
        TwinSpread spread,
        int threads = 1,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        PoolMachine[] pools = [.. SitePools.Of(site).Where(pool => pool.Machine.Accelerator.Peak(job.Setup.Format) > 0)];
        bool mixed = pools.Length > 1 && pools.Max(static pool => pool.Gpus) < gpus;
        int searches = pools.Length + (mixed ? 1 : 0);
        var results = new List<SearchResult>();
        foreach (PoolMachine pool in pools)
        {
            var search = new LayoutSearch(job.Model, pool.Machine, job.Setup, parameters, spread);
            results.Add(search.Run(new SearchSpace(Math.Min(gpus, pool.Gpus), job.Layout.GlobalBatch), keep, threads, PartOf(results.Count), cancellationToken));
        }

        if (mixed)
        {
            var search = new MixedSearch(job.Model, Enough(pools, gpus), job.Setup, parameters, spread);
            results.Add(search.Run(new SearchSpace(gpus, job.Layout.GlobalBatch), keep, threads, PartOf(results.Count), cancellationToken));
        }

        RankedLayout[] best = [.. results.SelectMany(static result => result.Best).OrderBy(static ranked => ranked.High).Take(keep)];
        return new SearchResult(
            best, results.Sum(static result => result.Considered), results.Sum(static result => result.TooLarge), results.Sum(static result => result.Priced));

        Part? PartOf(int done) => progress is null ? null : new Part(progress, done, searches);
    }

    // The pools in the order of their peak, strongest first, until there are enough accelerators.
    private static List<PoolMachine> Enough(PoolMachine[] pools, int gpus)
    {
        var used = new List<PoolMachine>();
        foreach (PoolMachine pool in pools.OrderByDescending(static pool => (pool.Machine.Accelerator.PeakBf16, pool.Machine.Accelerator.MemoryBandwidth)))
        {
            int taken = Math.Min(gpus, pool.Gpus);
            if (taken > 0)
            {
                used.Add(pool with { Gpus = taken });
                gpus -= taken;
            }
        }

        return used;
    }

    private sealed class Part(IProgress<double> whole, int done, int parts) : IProgress<double>
    {
        public void Report(double value) => whole.Report((done + value) / parts);
    }
}
