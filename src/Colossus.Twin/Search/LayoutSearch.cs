using Colossus.Plan.Layouts;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Twin.Estimates;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Search;

/// <summary>Prices every layout of a model on a number of accelerators and keeps the best.</summary>
/// <remarks>
/// Enumerated are: tensor (divisors of the heads), pipeline (any number of stages up to the layers), context (divisors of the sequence), data (the largest divisor of
/// the batch that leaves no more accelerators idle than it must), expert (divisors of the experts), micro-batch (divisors of a replica's batch), virtual stages
/// (all), ZeRO 0 to 3, sequence parallelism, recompute, and the four schedules. Left out are layouts that <see cref="LayoutRules"/> refuses, and of those that do not
/// fit in memory only the count is kept. Nothing else is pruned.
/// </remarks>
public sealed class LayoutSearch
{
    private static readonly Recompute[] recomputes = [Recompute.None, Recompute.Selective, Recompute.Full];
    private readonly ModelShape model;
    private readonly Machine machine;
    private readonly TwinParameters parameters;
    private readonly StepPricer pricer;
    private readonly TwinSpread spread;
    private readonly TrainingSetup setup;
    private readonly MemoryRules rules;
    private readonly double usableMemory;
    private readonly List<RankedLayout> best = [];
    private int keep;
    private long considered;
    private long tooLarge;
    private long priced;
    private double worstKept;

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

    /// <summary>Searches.</summary>
    /// <param name="space">What is varied.</param>
    /// <param name="keep">How many layouts to keep.</param>
    /// <param name="cancellationToken">Ends the search early.</param>
    public SearchResult Run(SearchSpace space, int keep = 5, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(space);
        best.Clear();
        this.keep = Math.Max(32, 4 * keep);
        this.considered = tooLarge = priced = 0;
        this.worstKept = double.PositiveInfinity;
        int[] tensors = Divisors(model.Heads, space.Gpus);
        int[] contexts = Divisors(model.Sequence, Math.Min(space.Gpus, space.MostContext));
        int[] batches = Divisors(space.GlobalBatch, space.Gpus);
        int[] experts = model.Experts is ExpertsSpec spec ? Divisors(spec.Count, space.Gpus) : [1];
        foreach (int tensor in tensors)
        {
            foreach (int context in contexts)
            {
                for (int pipeline = 1; pipeline <= Math.Min(model.Layers, space.Gpus / (tensor * context)); pipeline++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    int most = space.Gpus / (tensor * context * pipeline);
                    int data = LargestUpTo(batches, most);
                    if (data == 0 || (space.Exact && data * tensor * context * pipeline != space.Gpus))
                    {
                        continue;
                    }

                    SearchOver(tensor, context, pipeline, data, experts, space.GlobalBatch);
                }
            }
        }

        return new SearchResult([.. best.Select(Exactly).OrderBy(static ranked => ranked.High).Take(keep)], considered, tooLarge, priced);
    }

    // The closed form ranks millions; the timeline has the last word on the few that lead.
    private RankedLayout Exactly(RankedLayout ranked)
    {
        StepPrice price = StepEstimator.Price(model, machine, setup, ranked.Layout, parameters);
        (double low, double high) = spread.Interval(TwinSpread.GroupOf(model, setup, ranked.Layout), price.Total);
        return ranked with { Price = price, Low = low, High = high * MemoryFit.Unmeasured(ranked.Layout) };
    }

    private void SearchOver(int tensor, int context, int pipeline, int data, int[] experts, int globalBatch)
    {
        int ofReplica = globalBatch / data;
        for (int microBatch = 1; microBatch <= ofReplica; microBatch++)
        {
            if (ofReplica % microBatch != 0)
            {
                continue;
            }

            foreach (int expert in experts)
            {
                // As in a job file: experts are shared by ranks that see different tokens.
                if (data * context % expert != 0)
                {
                    continue;
                }

                for (int sequenceParallel = tensor > 1 ? 1 : 0; sequenceParallel >= 0; sequenceParallel--)
                {
                    foreach (Recompute recompute in recomputes)
                    {
                        var layout = new Layout(
                            data, tensor, pipeline, 1, context, expert, 1, sequenceParallel == 1, microBatch, globalBatch, recompute, PipelineSchedule.OneForwardOneBackward);
                        OverSchedules(layout);
                    }
                }
            }
        }
    }

    private void OverSchedules(in Layout layout)
    {
        OverZero(layout);
        if (layout.Pipeline == 1)
        {
            return;
        }

        OverZero(layout with { Schedule = PipelineSchedule.GPipe });
        OverZero(layout with { Schedule = PipelineSchedule.ZeroBubble });
        for (int virtualStages = 2; virtualStages * layout.Pipeline <= model.Layers; virtualStages++)
        {
            OverZero(layout with { Schedule = PipelineSchedule.Interleaved, VirtualStages = virtualStages });
        }
    }

    private void OverZero(in Layout layout)
    {
        int most = layout.Pipeline > 1 || layout.DenseReplicas == 1 ? 1 : 3;
        for (int zero = layout.DenseReplicas == 1 ? 1 : 0; zero <= most; zero++)
        {
            Consider(layout with { Zero = zero });
        }
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
        SpreadGroup group = TwinSpread.GroupOf(model, setup, layout);
        (double low, double high) = spread.Interval(group, price.Total);
        high *= MemoryFit.Unmeasured(layout);
        if (high < worstKept || best.Count < keep)
        {
            Keep(new RankedLayout(layout, price, low, high, memory));
        }
    }

    private void Keep(RankedLayout layout)
    {
        int at = best.Count;
        while (at > 0 && best[at - 1].High > layout.High)
        {
            at--;
        }

        best.Insert(at, layout);
        if (best.Count > keep)
        {
            best.RemoveAt(keep);
        }

        this.worstKept = best.Count < keep ? double.PositiveInfinity : best[^1].High;
    }

    private static int[] Divisors(int number, int most) => [.. Enumerable.Range(1, Math.Min(number, most)).Where(value => number % value == 0)];

    private static int LargestUpTo(int[] ascending, int most)
    {
        int best = 0;
        foreach (int value in ascending)
        {
            if (value > most)
            {
                break;
            }

            best = value;
        }

        return best;
    }
}
