using Colossus.Specs.Jobs;

namespace Colossus.Specs.Layouts;

/// <summary>
/// Which layouts a model can be trained in. The reader of job files, the search, the advice of an estimate and the reader of measured runs all ask here,
/// so that what one of them proposes another does not refuse.
/// </summary>
/// <remarks>A vocabulary that tensor ranks do not divide is no breach: the layout pads it (<c>Colossus.Plan</c>, <c>VocabularyRows</c>).</remarks>
public static class LayoutRules
{
    /// <summary>Most ranks of one job: a bound for what is counted and listed, far above any machine.</summary>
    public const int MostRanks = 10_000_000;

    private static readonly LayoutRule[] all =
    [
        new(
            ["parallel.data", "parallel.tensor", "parallel.pipeline", "parallel.context"],
            [],
            static (in _, in layout) => (double)layout.Data * layout.Tensor * layout.Pipeline * layout.Context <= MostRanks,
            static (in _, in _) => ($"parallel.data · tensor · pipeline · context is more than {MostRanks} ranks", "use fewer")),
        new(
            ["train.globalBatch", "train.microBatch", "parallel.data"],
            [],
            static (in _, in layout) => layout.GlobalBatch % ((long)layout.Data * layout.MicroBatch) == 0,
            static (in _, in layout) => Batch(layout)),
        new(
            ["parallel.tensor"],
            ["model.heads"],
            static (in model, in layout) => model.Heads % layout.Tensor == 0,
            static (in model, in layout) => Indivisible("parallel.tensor", layout.Tensor, "model.heads", model.Heads)),
        new(
            ["parallel.tensor"],
            ["model.kvHeads", "model.heads"],
            // Ranks beyond the heads of keys and values hold copies of them.
            static (in model, in layout) => model.KvHeads == model.Heads || model.KvHeads % layout.Tensor == 0 || layout.Tensor % model.KvHeads == 0,
            static (in model, in layout) => Indivisible("parallel.tensor", layout.Tensor, "model.kvHeads", model.KvHeads)),
        new(
            ["parallel.tensor"],
            ["model.ffn"],
            static (in model, in layout) => model.Ffn % layout.Tensor == 0,
            static (in model, in layout) => Indivisible("parallel.tensor", layout.Tensor, "model.ffn", model.Ffn)),
        new(
            ["parallel.tensor"],
            ["model.experts.shared", "model.experts.ffn"],
            static (in model, in layout) => model.SharedFfn % layout.Tensor == 0,
            static (in model, in layout) => Indivisible("parallel.tensor", layout.Tensor, "model.experts.shared · ffn", model.SharedFfn)),
        new(
            ["parallel.pipeline", "parallel.virtualStages"],
            ["model.layers"],
            // The embedding and the head count as a layer each where layers do not divide evenly.
            static (in model, in layout) => (long)layout.Pipeline * layout.VirtualStages <= model.Layers + 2L,
            static (in model, in layout) => (
                $"parallel.pipeline · parallel.virtualStages ({layout.Pipeline} · {layout.VirtualStages} = {(long)layout.Pipeline * layout.VirtualStages}) is more than the {model.Layers} layers, embedding and head",
                $"use a product of {model.Layers + 2L} or less")),
        new(
            ["parallel.virtualStages"],
            ["parallel.pipeline"],
            static (in _, in layout) => layout.VirtualStages == 1 || layout.Pipeline > 1,
            static (in _, in layout) => ($"parallel.virtualStages is {layout.VirtualStages}, but there is no pipeline", "use 1, or a parallel.pipeline of 2 or more")),
        new(
            ["parallel.schedule"],
            ["parallel.virtualStages", "parallel.pipeline"],
            static (in _, in layout) => layout.VirtualStages == 1 || layout.Pipeline == 1 || layout.Schedule == PipelineSchedule.Interleaved,
            static (in _, in layout) => (
                $"parallel.schedule is {EnumWords.Of(layout.Schedule)}, but parallel.virtualStages is {layout.VirtualStages}", "use interleaved, or 1 virtual stage")),
        new(
            ["parallel.zero"],
            [],
            static (in _, in layout) => layout.Zero is >= 0 and <= 3,
            static (in _, in layout) => ($"parallel.zero is {layout.Zero}", "use 0, 1, 2 or 3")),
        new(
            ["parallel.context"],
            ["model.sequence"],
            // Each rank takes two pieces, one of the beginning and one of the end, so that all have as much to attend to.
            static (in model, in layout) => layout.Context == 1 || model.Sequence % (2L * layout.Context) == 0,
            static (in model, in layout) => (
                $"parallel.context is {layout.Context}, but model.sequence ({model.Sequence}) is not divisible by 2 · context",
                model.Sequence % 2 == 0 ? $"use {Divisors(model.Sequence / 2)}" : "use 1, or an even model.sequence")),
        new(
            ["parallel.tensor"],
            ["parallel.sequenceParallel", "parallel.context", "model.sequence"],
            static (in model, in layout) => !layout.SequenceParallel || model.Sequence % layout.Context != 0 || model.Sequence / layout.Context % layout.Tensor == 0,
            static (in model, in layout) => (
                $"parallel.tensor is {layout.Tensor}, but {(layout.Context == 1 ? $"model.sequence ({model.Sequence})" : $"model.sequence / context ({model.Sequence / layout.Context})")} is not divisible by it, which parallel.sequenceParallel needs",
                $"use {Divisors(model.Sequence / layout.Context)}, or sequenceParallel: false")),
        new(
            ["parallel.sequenceParallel"],
            ["parallel.tensor", "model.experts"],
            // Each tensor rank routes rows of its own.
            static (in model, in layout) => model.Experts == 0 || layout.Tensor == 1 || layout.SequenceParallel,
            static (in _, in layout) => ($"parallel.sequenceParallel is false, but the model has experts and parallel.tensor is {layout.Tensor}", "use true, or a parallel.tensor of 1")),
        new(
            ["parallel.expert"],
            ["model.experts"],
            static (in model, in layout) => model.Experts > 0 || layout.Expert == 1,
            static (in _, in layout) => ($"parallel.expert is {layout.Expert}, but the model has no experts", "use 1")),
        new(
            ["parallel.expert"],
            ["model.experts.count"],
            static (in model, in layout) => model.Experts % layout.Expert == 0,
            static (in model, in layout) => Indivisible("parallel.expert", layout.Expert, "model.experts.count", model.Experts)),
        new(
            ["parallel.expert"],
            ["model.experts", "parallel.data", "parallel.context", "parallel.tensor"],
            static (in model, in layout) => model.Experts == 0 || RanksOfStage(layout) % layout.Expert == 0,
            static (in _, in layout) => Indivisible("parallel.expert", layout.Expert, "parallel.data · context · tensor", RanksOfStage(layout))),
    ];

    /// <summary>Everything that is wrong with a layout; empty if it is sound.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">The layout.</param>
    public static IReadOnlyList<LayoutProblem> Check(in ModelSizes model, in Layout layout)
    {
        if (layout.Data < 1 || layout.Tensor < 1 || layout.Pipeline < 1 || layout.VirtualStages < 1 || layout.Context < 1 || layout.Expert < 1
            || layout.MicroBatch < 1 || layout.GlobalBatch < 1)
        {
            return [new LayoutProblem(["parallel"], ["train"], "a size of the layout is 0 or less", "use 1 or more")];
        }

        var problems = new List<LayoutProblem>();
        foreach (var rule in all)
        {
            if (!rule.Holds(model, layout))
            {
                problems.Add(rule.Breach(model, layout));
            }
        }

        return problems;
    }

    /// <summary>Whether <see cref="Check"/> would find nothing; allocates nothing.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">The layout, its sizes at least 1.</param>
    public static bool IsSound(in ModelSizes model, in Layout layout)
    {
        foreach (var rule in all)
        {
            if (!rule.Holds(model, layout))
            {
                return false;
            }
        }

        return true;
    }

    private static long RanksOfStage(in Layout layout) => (long)layout.Data * layout.Context * layout.Tensor;

    private static (string Message, string Advice) Batch(in Layout layout)
    {
        long atOnce = (long)layout.Data * layout.MicroBatch;
        long below = layout.GlobalBatch / atOnce * atOnce;
        long above = below + atOnce;
        string advice = below == 0 ? $"use {atOnce}" : above > int.MaxValue ? $"use {below}" : $"use {below} or {above}";
        if (layout.GlobalBatch % layout.Data == 0 && layout.MicroBatch > 1)
        {
            advice += $", or a train.microBatch of {Divisors(layout.GlobalBatch / layout.Data)}";
        }

        return (
            $"train.globalBatch is {layout.GlobalBatch}, but parallel.data · train.microBatch ({layout.Data} · {layout.MicroBatch} = {atOnce}) does not divide it",
            advice);
    }

    private static (string Message, string Advice) Indivisible(string key, int divisor, string name, long value) =>
        ($"{key} is {divisor}, but {name} ({value}) is not divisible by it", $"use {Divisors(value)}");

    /// <summary>The divisors of a number in words, the first dozen of them.</summary>
    internal static string Divisors(long value)
    {
        const int Shown = 12;
        var divisors = new List<long>();
        for (long divisor = 1; divisor <= Math.Min(value, 65_536) && divisors.Count <= Shown; divisor++)
        {
            if (value % divisor == 0)
            {
                divisors.Add(divisor);
            }
        }

        return divisors.Count > Shown
            ? string.Join(", ", divisors.Take(Shown)) + " …"
            : Diagnostics.Suggestions.List(divisors.Select(static divisor => $"{divisor}"));
    }
}
