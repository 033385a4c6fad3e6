using Colossus.Plan.Work;
using Colossus.Specs.Sites;
using Colossus.Twin.Pricing;
using Colossus.Twin.Search;
using Colossus.Twin.Sites;
using CsCheck;

namespace Colossus.Twin.Tests;

/// <summary>One step over accelerators of two kinds.</summary>
public sealed class MixedSearchTests
{
    private static readonly int[] threadCounts = [1, 3];
    private static readonly TrainingSetup setup = new(MatrixFormat.Bf16, true, SoftwareStack.Fused);

    [Fact]
    public void Micro_batches_are_shared_out_as_well_as_any_other_way() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 6], Gen.Double[0, 5], Gen.Double[0, 5], Gen.Double[0.1, 3], Gen.Double[0.1, 3], Gen.Int[1, 60], Gen.Int[1, 4])
            .Sample((replicasA, replicasB, fixedA, fixedB, eachA, eachB, total, unit) =>
            {
                int[] shares = MicroBatchShares.Of([replicasA, replicasB], [fixedA, fixedB], [eachA, eachB], total, unit);
                Assert.All(shares, share => Assert.True(share >= 0 && share % unit == 0));
                Assert.True((replicasA * shares[0]) + (replicasB * shares[1]) >= total);
                double best = double.PositiveInfinity;
                for (int a = 0; a <= total + unit; a += unit)
                {
                    int rest = Math.Max(0, total - (a * replicasA));
                    int b = (rest + (replicasB * unit) - 1) / (replicasB * unit) * unit;
                    best = Math.Min(best, Math.Max(End(fixedA, eachA, a), End(fixedB, eachB, b)));
                }

                Assert.Equal(best, Math.Max(End(fixedA, eachA, shares[0]), End(fixedB, eachB, shares[1])), 1e-9);
            });

    [Fact]
    public void Two_pools_of_the_same_kind_are_at_least_as_fast_as_one_of_their_size()
    {
        Machine machine = SitePools.Of(SiteCatalogue.Find("colossus-100k")!)[0].Machine;
        ModelShape model = ModelShapeCatalogue.Find("llama3-8b")!;
        var space = new SearchSpace(64, 128, MostContext: 2);
        RankedLayout alone = new LayoutSearch(model, machine, setup, TwinParameters.Shipped, TwinSpread.Shipped)
            .Run(space, 1, cancellationToken: TestContext.Current.CancellationToken).Best[0];
        RankedLayout both = new MixedSearch(model, [new PoolMachine(machine, 32), new PoolMachine(machine, 32)], setup, TwinParameters.Shipped, TwinSpread.Shipped)
            .Run(space, 1, cancellationToken: TestContext.Current.CancellationToken).Best[0];
        Assert.InRange(both.Price.Total, 0, alone.Price.Total * 1.000001);
    }

    [Fact]
    public void A_search_finds_the_same_on_any_number_of_threads()
    {
        IReadOnlyList<PoolMachine> pools = SitePools.Of(SiteCatalogue.Find("colossus-200k")!);
        ModelShape model = ModelShapeCatalogue.Find("grok-1")!;
        var space = new SearchSpace(512, 256, MostContext: 2);
        SearchResult[] alone = [.. threadCounts.Select(threads => new LayoutSearch(model, pools[0].Machine, setup, TwinParameters.Shipped, TwinSpread.Shipped)
            .Run(space, 8, threads, cancellationToken: TestContext.Current.CancellationToken))];
        SearchResult[] both = [.. threadCounts.Select(threads => new MixedSearch(model, [.. pools.Select(pool => pool with { Gpus = 256 })], setup, TwinParameters.Shipped, TwinSpread.Shipped)
            .Run(space, 8, threads, cancellationToken: TestContext.Current.CancellationToken))];
        foreach (SearchResult[] pair in new[] { alone, both })
        {
            Assert.Equal(8, pair[0].Best.Count);
            Assert.Equal(pair[0].Best.Select(static ranked => ranked.Layout), pair[1].Best.Select(static ranked => ranked.Layout));
            Assert.Equal((pair[0].Considered, pair[0].TooLarge, pair[0].Priced), (pair[1].Considered, pair[1].TooLarge, pair[1].Priced));
        }
    }

    [Fact]
    public void The_faster_kind_gets_more_sequences_and_both_end_within_one_micro_batch_of_each_other()
    {
        PoolMachine slow = new(SitePools.Of(SiteCatalogue.Find("dgx-a100")!)[0].Machine with { NetworkBandwidth = 50e9 }, 64);
        PoolMachine fast = new(SitePools.Of(SiteCatalogue.Find("colossus-100k")!)[0].Machine, 64);
        ModelShape model = ModelShapeCatalogue.Find("llama3-8b")!;
        RankedLayout best = new MixedSearch(model, [fast, slow], setup, TwinParameters.Shipped, TwinSpread.Shipped)
            .Run(new SearchSpace(128, 2048, MostContext: 2), 1, cancellationToken: TestContext.Current.CancellationToken).Best[0];
        Assert.Equal(1, best.Shares.Sum(static share => share.Sequences), 1e-9);
        Assert.InRange(best.Shares[0].Sequences, 0.6, 0.8);
        double each = best.Shares.Max(static share => share.Seconds / share.MicroBatches);
        Assert.InRange(Math.Abs(best.Shares[0].Seconds - best.Shares[1].Seconds), 0, each * 1.01);
        Assert.Equal(best.Price.Total, best.Shares.Max(static share => share.Seconds), 1e-9);
    }

    [Fact]
    public void A_layout_that_fits_in_one_kind_runs_there_and_a_larger_one_waits_for_the_slower_kind()
    {
        SiteSpec site = SiteCatalogue.Find("colossus-200k")!;
        var job = new Jobs.PricedJob(ModelShapeCatalogue.Find("llama3-8b")!, default, setup);
        var layout = new Specs.Layouts.Layout(50_000, 1, 1, 1, 1, 1, 1, false, 1, 100_000, Specs.Jobs.Recompute.Full, Specs.Jobs.PipelineSchedule.OneForwardOneBackward);
        Assert.Equal("h200-sxm", Assert.Single(SiteEstimator.Estimate(site, job, layout, TwinParameters.Shipped, TwinSpread.Shipped).Pools).Machine.Accelerator.Id);
        Estimates.StepEstimate both = SiteEstimator.Estimate(site, job, layout with { Data = 200_000, GlobalBatch = 200_000 }, TwinParameters.Shipped, TwinSpread.Shipped);
        Assert.Equal(["h200-sxm", "h100-sxm"], both.Pools.Select(static pool => pool.Machine.Accelerator.Id));
        Assert.Equal("h100-sxm", both.Machine.Accelerator.Id);
        Assert.Equal(Estimates.MemoryFit.UsableBytes(AcceleratorCatalogue.Find("h100-sxm")!), both.UsableBytes);
        Assert.NotEmpty(SiteEstimator.Estimate(site, job, layout with { Data = 200_001, GlobalBatch = 200_001 }, TwinParameters.Shipped, TwinSpread.Shipped).Problems);
    }

    [Fact]
    public void A_layout_runs_where_it_fits_even_if_another_kind_would_be_quicker()
    {
        AcceleratorSpec large = AcceleratorCatalogue.Find("a100-sxm-80gb")!;
        AcceleratorSpec quick = AcceleratorCatalogue.Find("h100-sxm")! with { Id = "small", MemoryBytes = 20e9 };
        var site = new SiteSpec("two", "", [new PoolSpec(quick, 1, 8), new PoolSpec(large, 1, 8)]);
        var job = new Jobs.PricedJob(ModelShapeCatalogue.Find("llama3-8b")!, default, setup);
        var layout = new Specs.Layouts.Layout(8, 1, 1, 1, 1, 1, 1, false, 1, 64, Specs.Jobs.Recompute.Full, Specs.Jobs.PipelineSchedule.OneForwardOneBackward);
        Estimates.StepEstimate estimate = SiteEstimator.Estimate(site, job, layout, TwinParameters.Shipped, TwinSpread.Shipped);
        Assert.Equal(large.Id, Assert.Single(estimate.Pools).Machine.Accelerator.Id);
        Assert.True(estimate.Fits);
    }

    private static double End(double fixedSeconds, double each, int count) => count == 0 ? 0 : fixedSeconds + (each * count);
}
