using System.Globalization;
using Colossus.Plan.Layouts;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Estimates;

/// <summary>Finds the one change of a layout, on the same accelerators, that helps most, and says why.</summary>
internal static class NextChange
{
    public static string Advise(StepEstimate now, TwinParameters parameters)
    {
        var pricer = new StepPricer(now.Model, now.Machine, now.Setup, parameters);
        MemoryRules rules = MemoryFit.RulesOf(now.Setup);
        double pressure = now.FullestStage.Total;
        bool fits = now.Fits;
        string? bestName = null;
        StepPrice bestPrice = default;
        double bestMemory = 0;
        double bestScore = double.PositiveInfinity;
        double unmeasuredNow = MemoryFit.Unmeasured(now.Layout);
        foreach ((string name, Layout changed) in Neighbours(now.Layout))
        {
            if (!LayoutRules.IsSound(now.Model, changed))
            {
                continue;
            }

            double memory = MemoryFit.FullestStage(now.Model, changed, rules);
            bool better = memory <= now.UsableBytes || (!fits && memory < pressure);
            if (!better)
            {
                continue;
            }

            pricer.Price(changed, out StepPrice price);
            // A layout that does not fit first looks for one that does, then for speed.
            double score = (price.Total * MemoryFit.Unmeasured(changed) / unmeasuredNow) + (memory > now.UsableBytes ? 1e9 * memory : 0);
            if (score < bestScore)
            {
                (bestScore, bestName, bestPrice, bestMemory) = (score, name, price, memory);
            }
        }

        if (!fits)
        {
            return bestName is null
                ? Text($"it needs {now.FullestStage.Total / 1e9:F0} GB of {now.UsableBytes / 1e9:F0} GB, and no single change helps; use more accelerators or let `plan` search")
                : Text($"it needs {now.FullestStage.Total / 1e9:F0} GB of {now.UsableBytes / 1e9:F0} GB; {bestName}: {bestMemory / 1e9:F0} GB, {bestPrice.Total:G4} s");
        }

        if (bestName is null || bestPrice.Total > now.StepSeconds * 0.995)
        {
            return "no single change of the layout gains more than half a percent; `plan` tries several at once";
        }

        return Text($"{bestName}: {bestPrice.Total:G4} s instead of {now.StepSeconds:G4} s ({(1 - (bestPrice.Total / now.StepSeconds)) * 100:F1} % less), mostly {Reason(now.Price, bestPrice)}");
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

    private static IEnumerable<(string Name, Layout Layout)> Neighbours(Layout at)
    {
        if (at.Recompute != Recompute.None)
        {
            yield return ("set recompute to none", at with { Recompute = Recompute.None });
        }

        if (at.Recompute != Recompute.Selective)
        {
            yield return ("set recompute to selective", at with { Recompute = Recompute.Selective });
        }

        if (at.Recompute != Recompute.Full)
        {
            yield return ("set recompute to full", at with { Recompute = Recompute.Full });
        }

        yield return (Text($"double the micro-batch to {at.MicroBatch * 2}"), at with { MicroBatch = at.MicroBatch * 2 });
        if (at.MicroBatch % 2 == 0)
        {
            yield return (Text($"halve the micro-batch to {at.MicroBatch / 2}"), at with { MicroBatch = at.MicroBatch / 2 });
        }

        if (at.Tensor > 1)
        {
            if (!at.SequenceParallel)
            {
                yield return ("turn on sequenceParallel", at with { SequenceParallel = true });
            }

            if (at.Tensor % 2 == 0)
            {
                bool sequence = at.SequenceParallel && at.Tensor > 2;
                yield return (Text($"halve tensor to {at.Tensor / 2} and double data to {at.Data * 2}"), at with { Tensor = at.Tensor / 2, Data = at.Data * 2, SequenceParallel = sequence });
                yield return (Text($"halve tensor to {at.Tensor / 2} and double pipeline to {at.Pipeline * 2}"), at with { Tensor = at.Tensor / 2, Pipeline = at.Pipeline * 2, SequenceParallel = sequence });
            }
        }

        if (at.Data % 2 == 0)
        {
            int half = at.Data / 2;
            yield return (Text($"double tensor to {at.Tensor * 2} and halve data to {half}"), at with { Tensor = at.Tensor * 2, Data = half, SequenceParallel = true });
            yield return (Text($"double pipeline to {at.Pipeline * 2} and halve data to {half}"), at with { Pipeline = at.Pipeline * 2, Data = half });
            yield return (Text($"double context to {at.Context * 2} and halve data to {half}"), at with { Context = at.Context * 2, Data = half });
        }

        if (at.Pipeline % 2 == 0)
        {
            int half = at.Pipeline / 2;
            bool last = half == 1;
            Layout fewer = at with
            {
                Pipeline = half,
                Data = at.Data * 2,
                VirtualStages = last ? 1 : at.VirtualStages,
                Schedule = last ? PipelineSchedule.OneForwardOneBackward : at.Schedule,
            };
            yield return (Text($"halve pipeline to {half} and double data to {at.Data * 2}"), fewer);
        }

        if (at.Pipeline > 1)
        {
            for (int more = 2; more <= 12; more++)
            {
                if (more != at.VirtualStages)
                {
                    yield return (Text($"use {more} virtual stages (schedule interleaved)"), at with { VirtualStages = more, Schedule = PipelineSchedule.Interleaved });
                }
            }
        }

        for (int zero = 0; zero <= 3; zero++)
        {
            if (zero != at.Zero)
            {
                yield return (Text($"set zero to {zero}"), at with { Zero = zero });
            }
        }

        for (int expert = 1; expert <= 64; expert *= 2)
        {
            if (expert != at.Expert)
            {
                yield return (Text($"set expert to {expert}"), at with { Expert = expert });
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
