using System.Numerics;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Twin.Estimates;
using Colossus.Twin.Pricing;
using Colossus.Twin.Sites;

namespace Colossus.Twin.Search;

/// <summary>Prices layouts over pools of several kinds: shares replicas, micro-batches and recompute out.</summary>
internal sealed class MixedJudge : LayoutJudge
{
    private static readonly Recompute[] recomputes = [Recompute.None, Recompute.Selective, Recompute.Full];
    private readonly ModelShape model;
    private readonly ModelSizes sizes;
    private readonly IReadOnlyList<PoolMachine> pools;
    private readonly TrainingSetup setup;
    private readonly TwinSpread spread;
    private readonly MemoryRules rules;
    private readonly StepPricer[] pricers;
    private readonly double[] usable;

    // Of the layout at hand, for each pool.
    private readonly int[] replicas;
    private readonly double[] fixedSeconds;
    private readonly double[] secondsEach;
    private readonly Recompute[] chosen;
    private readonly double[] memory;

    public MixedJudge(Leaders leaders, ModelShape model, IReadOnlyList<PoolMachine> pools, TrainingSetup setup, TwinParameters parameters, TwinSpread spread)
        : base(leaders)
    {
        this.model = model;
        this.sizes = model.Sizes;
        this.pools = pools;
        this.setup = setup;
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

    public override void Consider(in Layout layout)
    {
        // Recompute is each pool's own choice.
        if (layout.Recompute != Recompute.None || !SpreadReplicas(layout))
        {
            return;
        }

        Layout whole = layout with { Data = replicas.Sum() };
        Layout even = Evenly(whole);
        if (!LayoutRules.IsSound(sizes, even))
        {
            return;
        }

        Considered++;
        if (!ChooseRecompute(even))
        {
            TooLarge++;
            return;
        }

        Priced++;
        int[] microBatches = MicroBatchShares.Of(replicas, fixedSeconds, secondsEach, layout.GlobalBatch / layout.MicroBatch, Unit(layout));
        (int last, double seconds) = Last(microBatches);
        (double low, double high) = spread.Interval(TwinSpread.GroupOf(model, setup, even), seconds);
        high *= MemoryFit.Unmeasured(even);
        if (Leaders.Admits(high))
        {
            Layout ofLast = WithMicroBatches(even, microBatches[last]) with { Recompute = chosen[last] };
            pricers[last].Price(ofLast, out StepPrice price);
            Leaders.Add(new RankedLayout(whole with { Recompute = chosen[last] }, price, low, high, memory[last], Shares(whole, microBatches)));
        }
    }

    internal static int Unit(in Layout layout) => layout.Schedule == PipelineSchedule.Interleaved ? layout.Pipeline : 1;

    internal static Layout WithMicroBatches(in Layout layout, int microBatches) => layout with { GlobalBatch = layout.Data * layout.MicroBatch * microBatches };

    // The layout in which every replica has as many micro-batches as the fullest would if all were equal.
    internal static Layout Evenly(in Layout layout)
    {
        int unit = Unit(layout);
        int all = layout.GlobalBatch / layout.MicroBatch;
        int each = (all + layout.Data - 1) / layout.Data;
        return WithMicroBatches(layout, (each + unit - 1) / unit * unit);
    }

    // Whole replicas in each pool, and of models with experts whole groups of them.
    private bool SpreadReplicas(in Layout layout)
    {
        int ranks = layout.Tensor * layout.Pipeline * layout.Context;
        int together = layout.Expert / (int)BigInteger.GreatestCommonDivisor(layout.Expert, layout.Context * layout.Tensor);
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
}
