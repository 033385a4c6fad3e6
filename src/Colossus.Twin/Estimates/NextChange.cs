using System.Globalization;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Twin.Pricing;
using Colossus.Twin.Search;

namespace Colossus.Twin.Estimates;

/// <summary>Finds the one change of a layout, on the same accelerators, that helps most, and says why.</summary>
internal static class NextChange
{
    public static string Advise(StepEstimate now, TwinParameters parameters)
    {
        bool fits = now.Fits;
        if (Best(now, parameters) is not (Layout changed, StepPrice price, double memory))
        {
            return fits
                ? "no single change of the layout gains more than half a percent; `plan` tries several at once"
                : Text($"it needs {now.FullestStage.Total / 1e9:F0} GB of {now.UsableBytes / 1e9:F0} GB, and no single change helps; use more accelerators or let `plan` search");
        }

        string words = Words(now.Layout, changed);
        return fits
            ? Text($"{words}: {price.Total:G4} s instead of {now.StepSeconds:G4} s ({(1 - (price.Total / now.StepSeconds)) * 100:F1} % less), mostly {Reason(now.Price, price)}")
            : Text($"it needs {now.FullestStage.Total / 1e9:F0} GB of {now.UsableBytes / 1e9:F0} GB; {words}: {memory / 1e9:F0} GB, {price.Total:G4} s");
    }

    /// <summary>The change that helps most; null if none does.</summary>
    internal static (Layout Layout, StepPrice Price, double Memory)? Best(StepEstimate now, TwinParameters parameters)
    {
        var pricer = new StepPricer(now.Model, now.Machine, now.Setup, parameters);
        MemoryRules rules = MemoryFit.RulesOf(now.Setup);
        ModelSizes sizes = now.Model.Sizes;
        (Layout Layout, StepPrice Price, double Memory)? best = null;
        double bestScore = now.Fits ? now.StepSeconds : double.PositiveInfinity;
        double unmeasuredNow = MemoryFit.Unmeasured(now.Layout);
        foreach (Layout changed in Neighbours(now.Layout).Where(changed => LayoutRules.IsSound(sizes, changed)))
        {
            double memory = MemoryFit.FullestStage(now.Model, changed, rules);
            if (memory > now.UsableBytes && (now.Fits || memory >= now.FullestStage.Total))
            {
                continue;
            }

            pricer.Price(changed, out StepPrice price);
            // A layout that does not fit first looks for one that does, then for speed.
            double score = (price.Total * MemoryFit.Unmeasured(changed) / unmeasuredNow) + (memory > now.UsableBytes ? 1e9 * memory : 0);
            if (score < bestScore)
            {
                (best, bestScore) = ((changed, price, memory), score);
            }
        }

        return now.Fits && best?.Price.Total > now.StepSeconds * 0.995 ? null : best;
    }

    /// <summary>A change as all values of a job file that differ: <c>set tensor to 4, data to 16</c>.</summary>
    internal static string Words(in Layout from, in Layout to)
    {
        Dictionary<string, string> before = LayoutText.Values(from);
        return "set " + string.Join(", ", LayoutText.Values(to).Where(pair => before.GetValueOrDefault(pair.Key) != pair.Value).Select(static pair => $"{pair.Key} to {pair.Value}"));
    }

    /// <summary>The part of a step that shrinks most from one price to another, in words.</summary>
    internal static string Reason(in StepPrice from, in StepPrice to)
    {
        string name = "compute";
        double most = double.NegativeInfinity;
        foreach ((string part, double before, double after) in Parts(from, to))
        {
            if (before - after > most)
            {
                most = before - after;
                name = part;
            }
        }

        return Text($"{most:G3} s less {name}");
    }

    internal static IEnumerable<(string Part, double Before, double After)> Parts(StepPrice from, StepPrice to) =>
    [
        ("compute", from.Compute, to.Compute),
        ("tensor-parallel traffic", from.Tensor, to.Tensor),
        ("traffic between stages", from.Pipeline, to.Pipeline),
        ("data-parallel traffic", from.Data, to.Data),
        ("experts' traffic", from.Expert, to.Expert),
        ("context-parallel traffic", from.Context, to.Context),
        ("waiting in the pipeline", from.Bubble, to.Bubble),
        ("optimizer", from.Optimizer, to.Optimizer),
        ("other overhead", from.Other, to.Other),
    ];

    // Each changes one thing, with all that must change along with it.
    private static IEnumerable<Layout> Neighbours(Layout at) =>
        [.. OfWork(at).Concat(OfTensor(at)).Concat(OfPipeline(at)).Concat(OfContext(at)).Concat(OfShards(at)).Where(static layout => LayoutSpace.IsPricedWhole(layout))];

    private static IEnumerable<Layout> OfWork(Layout at)
    {
        foreach (Recompute recompute in Enum.GetValues<Recompute>())
        {
            if (recompute != at.Recompute)
            {
                yield return at with { Recompute = recompute };
            }
        }

        if (at.MicroBatch <= at.GlobalBatch / 2)
        {
            yield return at with { MicroBatch = at.MicroBatch * 2 };
        }

        if (at.MicroBatch % 2 == 0)
        {
            yield return at with { MicroBatch = at.MicroBatch / 2 };
        }
    }

    private static IEnumerable<Layout> OfTensor(Layout at)
    {
        if (at.Tensor > 1 && !at.SequenceParallel)
        {
            yield return at with { SequenceParallel = true };
        }

        if (at.Tensor % 2 == 0)
        {
            Layout half = at with { Tensor = at.Tensor / 2, SequenceParallel = at.SequenceParallel && at.Tensor > 2 };
            yield return half with { Data = at.Data * 2 };
            yield return half with { Pipeline = at.Pipeline * 2 };
        }

        if (at.Data % 2 == 0)
        {
            yield return at with { Tensor = at.Tensor * 2, Data = at.Data / 2, SequenceParallel = true };
        }
    }

    private static IEnumerable<Layout> OfPipeline(Layout at)
    {
        if (at.Data % 2 == 0)
        {
            yield return at with { Pipeline = at.Pipeline * 2, Data = at.Data / 2 };
        }

        if (at.Pipeline % 2 == 0)
        {
            Layout fewer = at with { Pipeline = at.Pipeline / 2, Data = at.Data * 2 };
            yield return fewer.Pipeline > 1 ? fewer : fewer with { VirtualStages = 1, Schedule = PipelineSchedule.OneForwardOneBackward };
        }

        for (int more = 2; at.Pipeline > 1 && more <= 12; more++)
        {
            if (more != at.VirtualStages)
            {
                yield return at with { VirtualStages = more, Schedule = PipelineSchedule.Interleaved };
            }
        }
    }

    private static IEnumerable<Layout> OfContext(Layout at)
    {
        if (at.Data % 2 == 0)
        {
            yield return at with { Context = at.Context * 2, Data = at.Data / 2 };
        }
    }

    private static IEnumerable<Layout> OfShards(Layout at)
    {
        for (int zero = 0; zero <= 3; zero++)
        {
            if (zero != at.Zero)
            {
                yield return at with { Zero = zero };
            }
        }

        for (int expert = 1; expert <= 64; expert *= 2)
        {
            if (expert != at.Expert)
            {
                yield return at with { Expert = expert };
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
