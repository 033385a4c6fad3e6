using Colossus.Plan.Layouts;
using Colossus.Plan.Work;
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
    private readonly TwinParameters parameters;
    private readonly StepPricer pricer;
    private readonly TwinSpread spread;
    private readonly TrainingSetup setup;
    private readonly MemoryRules rules;
    private readonly double usableMemory;
    private Leaders leaders = new(0, new LeaderBoard(0));
    private long considered;
    private long tooLarge;
    private long priced;

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
        this.parameters = parameters;
        this.setup = setup;
        this.spread = spread;
        this.pricer = new StepPricer(model, machine, setup, parameters);
        this.rules = MemoryFit.RulesOf(setup);
        this.usableMemory = MemoryFit.UsableBytes(machine.Accelerator);
    }

    /// <summary>How many of the best the closed form hands to the timeline when <paramref name="keep"/> are asked for.</summary>
    internal static int RoomFor(int keep) => Math.Max(32, 4 * keep);

    /// <summary>Searches.</summary>
    /// <param name="space">What is varied.</param>
    /// <param name="keep">How many layouts to keep.</param>
    /// <param name="threads">Threads that search; the outcome is the same with any number.</param>
    /// <param name="progress">Gets the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the search early.</param>
    public SearchResult Run(SearchSpace space, int keep = 5, int threads = 1, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(space);
        int room = RoomFor(keep);
        var layouts = new LayoutSpace(model, space);
        var board = new LeaderBoard(room);
        SearchTally[] tallies = SearchParts.Run(
            layouts.Parts,
            threads,
            part =>
            {
                var search = new LayoutSearch(model, machine, setup, parameters, spread) { leaders = new Leaders(room, board) };
                layouts.ForEach(part, ranks => layouts.LargestBatchDivisor(space.Gpus / ranks), search.Consider, cancellationToken);
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

    // The closed form ranks millions; the timeline has the last word on the few that lead.
    private RankedLayout Exactly(RankedLayout ranked)
    {
        Layout layout = ranked.Layout;
        StepPrice price = StepEstimator.Price(model, machine, setup, layout, parameters);
        (double low, double high) = spread.Interval(TwinSpread.GroupOf(model, setup, layout), price.Total);
        var share = new PoolShare(machine.Accelerator.Id, layout.Data, layout.Ranks, layout.MicroBatches, 1, layout.Recompute, price.Total);
        return ranked with { Price = price, Low = low, High = high * MemoryFit.Unmeasured(layout), Shares = [share] };
    }

    private void Consider(in Layout layout)
    {
        if (!LayoutRules.IsSound(model, layout))
        {
            return;
        }

        considered++;
        double memory = MemoryFit.FullestStage(model, layout, rules);
        if (memory > usableMemory)
        {
            tooLarge++;
            return;
        }

        priced++;
        pricer.Price(layout, out StepPrice price);
        (double low, double high) = spread.Interval(TwinSpread.GroupOf(model, setup, layout), price.Total);
        high *= MemoryFit.Unmeasured(layout);
        if (leaders.Admits(high))
        {
            leaders.Add(new RankedLayout(layout, price, low, high, memory, []));
        }
    }
}
