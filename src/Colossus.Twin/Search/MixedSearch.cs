using System.Numerics;
using Colossus.Plan.Layouts;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
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
    private static readonly Recompute[] recomputes = [Recompute.None, Recompute.Selective, Recompute.Full];
    private readonly ModelShape model;
    private readonly IReadOnlyList<PoolMachine> pools;
    private readonly TrainingSetup setup;
    private readonly TwinParameters parameters;
    private readonly TwinSpread spread;
    private readonly MemoryRules rules;
    private readonly StepPricer[] pricers;
    private readonly double[] usable;
    private readonly int[] replicas;
    private readonly double[] fixedSeconds;
    private readonly double[] secondsEach;
    private readonly Recompute[] chosen;
    private readonly double[] memory;
    private Leaders leaders = new(0, new LeaderBoard(0));
    private long considered;
    private long tooLarge;
    private long priced;

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
        this.rules = MemoryFit.RulesOf(setup);
        this.pricers = [.. pools.Select(pool => new StepPricer(model, pool.Machine, setup, parameters))];
        this.usable = [.. pools.Select(static pool => MemoryFit.UsableBytes(pool.Machine.Accelerator))];
        this.replicas = new int[pools.Count];
        this.fixedSeconds = new double[pools.Count];
        this.secondsEach = new double[pools.Count];
        this.chosen = new Recompute[pools.Count];
        this.memory = new double[pools.Count];
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
        int room = LayoutSearch.RoomFor(keep);
        var layouts = new LayoutSpace(model, space, anyExpertGroups: true);
        var board = new LeaderBoard(room);
        SearchTally[] tallies = SearchParts.Run(
            layouts.Parts,
            threads,
            part =>
            {
                var search = new MixedSearch(model, pools, setup, parameters, spread) { leaders = new Leaders(room, board) };
                layouts.ForEach(part, ranks => pools.Sum(pool => pool.Gpus / ranks), search.Consider, cancellationToken);
                board.Take(part, search.leaders.All);
                return new SearchTally(search.considered, search.tooLarge, search.priced);
            },
            progress,
            cancellationToken);
        return new SearchResult(
            [.. board.Best.Select(Exactly).OrderBy(static ranked => ranked.High).Take(keep)],
            tallies.Sum(static tally => tally.Considered),
            tallies.Sum(static tally => tally.TooLarge),
            tallies.Sum(static tally => tally.Priced));
    }

    private void Consider(in Layout met)
    {
        // Recompute is each pool's own choice.
        if (met.Recompute != Recompute.None || !SpreadReplicas(met))
        {
            return;
        }

        Layout layout = met with { Data = replicas.Sum() };
        Layout even = Evenly(layout);
        if (!LayoutRules.IsSound(model, even))
        {
            return;
        }

        considered++;
        if (!ChooseRecompute(even))
        {
            tooLarge++;
            return;
        }

        priced++;
        int[] microBatches = MicroBatchShares.Of(replicas, fixedSeconds, secondsEach, layout.GlobalBatch / layout.MicroBatch, Unit(layout));
        (int last, double seconds) = Last(microBatches);
        (double low, double high) = spread.Interval(TwinSpread.GroupOf(model, setup, even), seconds);
        high *= MemoryFit.Unmeasured(even);
        if (leaders.Admits(high))
        {
            Layout ofLast = WithMicroBatches(even, microBatches[last]) with { Recompute = chosen[last] };
            pricers[last].Price(ofLast, out StepPrice price);
            leaders.Add(new RankedLayout(layout with { Recompute = chosen[last] }, price, low, high, memory[last], Shares(layout, microBatches)));
        }
    }

    // Whole replicas in each pool, and of models with experts whole groups of them.
    private bool SpreadReplicas(in Layout layout)
    {
        int ranks = layout.Tensor * layout.Pipeline * layout.Context;
        int together = layout.Expert / (int)BigInteger.GreatestCommonDivisor(layout.Expert, layout.Context);
        for (int i = 0; i < replicas.Length; i++)
        {
            replicas[i] = pools[i].Gpus / ranks / together * together;
            if (replicas[i] == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int Unit(in Layout layout) => layout.Schedule == PipelineSchedule.Interleaved ? layout.Pipeline : 1;

    private static Layout WithMicroBatches(in Layout layout, int microBatches) => layout with { GlobalBatch = layout.Data * layout.MicroBatch * microBatches };

    // The layout in which every replica has as many micro-batches as the fullest would if all were equal.
    private static Layout Evenly(in Layout layout)
    {
        int unit = Unit(layout);
        int all = layout.GlobalBatch / layout.MicroBatch;
        int each = (all + layout.Data - 1) / layout.Data;
        return WithMicroBatches(layout, (each + unit - 1) / unit * unit);
    }

    private bool ChooseRecompute(in Layout even)
    {
        int unit = Unit(even);
        for (int i = 0; i < pricers.Length; i++)
        {
            double best = double.PositiveInfinity;
            foreach (Recompute recompute in recomputes)
            {
                Layout candidate = even with { Recompute = recompute };
                double bytes = MemoryFit.FullestStage(model, candidate, rules);
                if (bytes > usable[i])
                {
                    continue;
                }

                pricers[i].Price(candidate, out StepPrice price);
                if (price.Total < best)
                {
                    best = price.Total;
                    chosen[i] = recompute;
                    memory[i] = bytes;
                }
            }

            if (double.IsPositiveInfinity(best))
            {
                return false;
            }

            Layout more = WithMicroBatches(even, even.MicroBatches + unit) with { Recompute = chosen[i] };
            pricers[i].Price(more, out StepPrice longer);
            secondsEach[i] = (longer.Total - best) / unit;
            fixedSeconds[i] = best - (secondsEach[i] * even.MicroBatches);
        }

        return true;
    }

    private (int Pool, double Seconds) Last(int[] microBatches)
    {
        int last = 0;
        double seconds = 0;
        for (int i = 0; i < microBatches.Length; i++)
        {
            double end = microBatches[i] == 0 ? 0 : fixedSeconds[i] + (secondsEach[i] * microBatches[i]);
            if (end > seconds)
            {
                seconds = end;
                last = i;
            }
        }

        return (last, seconds);
    }

    private PoolShare[] Shares(Layout layout, int[] microBatches)
    {
        double given = 0;
        for (int i = 0; i < replicas.Length; i++)
        {
            given += (double)replicas[i] * microBatches[i];
        }

        int ranks = layout.Tensor * layout.Pipeline * layout.Context;
        return [.. pools.Select((pool, i) => new PoolShare(
            pool.Machine.Accelerator.Id, replicas[i], replicas[i] * ranks, microBatches[i], replicas[i] * microBatches[i] / given, chosen[i], fixedSeconds[i] + (secondsEach[i] * microBatches[i])))];
    }

    // The closed form ranks millions; the timeline has the last word on the few that lead.
    private RankedLayout Exactly(RankedLayout ranked)
    {
        Layout even = Evenly(ranked.Layout);
        StepPrice slowest = default;
        var shares = new PoolShare[pools.Count];
        for (int i = 0; i < shares.Length; i++)
        {
            PoolShare share = ranked.Shares[i];
            Layout own = WithMicroBatches(even, Math.Max(1, share.MicroBatches)) with { Recompute = share.Recompute };
            StepPrice price = StepEstimator.Price(model, pools[i].Machine, setup, own, parameters);
            shares[i] = share with { Seconds = price.Total };
            slowest = price.Total > slowest.Total ? price : slowest;
        }

        (double low, double high) = spread.Interval(TwinSpread.GroupOf(model, setup, even), slowest.Total);
        return ranked with { Price = slowest, Low = low, High = high * MemoryFit.Unmeasured(even), Shares = shares };
    }
}
