using Colossus.Plan.Work;
using Colossus.Specs.Layouts;
using Colossus.Twin.Estimates;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Search;

/// <summary>Prices every layout of a model on accelerators of one kind and keeps the best.</summary>
/// <remarks>
/// Met is all of <see cref="LayoutSpace"/>, with as many replicas as divide the batch and leave no more accelerators idle than they must. Left out are layouts that
/// <see cref="LayoutRules"/> refuses; of those that do not fit in memory only the count is kept. Nothing else is pruned.
/// </remarks>
public sealed class LayoutSearch
{
    private readonly ModelShape model;
    private readonly Machine machine;
    private readonly TrainingSetup setup;
    private readonly TwinParameters parameters;
    private readonly TwinSpread spread;

    /// <summary>Makes a search.</summary>
    /// <param name="model">The model.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="setup">Format and software.</param>
    /// <param name="parameters">Fitted quantities.</param>
    /// <param name="spread">Intervals.</param>
    public LayoutSearch(ModelShape model, Machine machine, TrainingSetup setup, TwinParameters parameters, TwinSpread spread)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(setup);
        this.model = model;
        this.machine = machine;
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
        var layouts = new LayoutSpace(model, space);
        return SearchParts.Run(
            layouts,
            ranks => layouts.LargestBatchDivisor(space.Gpus / ranks),
            leaders => new Judge(leaders, model, machine, setup, parameters, spread),
            Exactly,
            keep,
            threads,
            progress,
            cancellationToken);
    }

    private RankedLayout Exactly(RankedLayout ranked)
    {
        Layout layout = ranked.Layout;
        StepPrice price = StepEstimator.Price(model, machine, setup, layout, parameters);
        (double low, double high) = spread.Interval(TwinSpread.GroupOf(model, setup, layout), price.Total);
        var share = new PoolShare(machine.Accelerator.Id, layout.Data, layout.Ranks, layout.MicroBatches, 1, layout.Recompute, price.Total);
        return ranked with { Price = price, Low = low, High = high * MemoryFit.Unmeasured(layout), Shares = [share] };
    }

    private sealed class Judge(Leaders leaders, ModelShape model, Machine machine, TrainingSetup setup, TwinParameters parameters, TwinSpread spread) : LayoutJudge(leaders)
    {
        private readonly ModelSizes sizes = model.Sizes;
        private readonly StepPricer pricer = new(model, machine, setup, parameters);
        private readonly MemoryRules rules = MemoryFit.RulesOf(setup);
        private readonly double usableMemory = MemoryFit.UsableBytes(machine.Accelerator);

        public override void Consider(in Layout layout)
        {
            if (!LayoutRules.IsSound(sizes, layout))
            {
                return;
            }

            Considered++;
            double memory = MemoryFit.FullestStage(model, layout, rules);
            if (memory > usableMemory)
            {
                TooLarge++;
                return;
            }

            Priced++;
            pricer.Price(layout, out StepPrice price);
            (double low, double high) = spread.Interval(TwinSpread.GroupOf(model, setup, layout), price.Total);
            high *= MemoryFit.Unmeasured(layout);
            if (Leaders.Admits(high))
            {
                Leaders.Add(new RankedLayout(layout, price, low, high, memory, []));
            }
        }
    }
}
