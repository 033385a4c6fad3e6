using Colossus.Plan.Work;
using Colossus.Specs.Layouts;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Estimates;

/// <summary>Estimates one step of one layout, and says which change would help most.</summary>
public static class Estimator
{
    /// <summary>Estimates a step.</summary>
    /// <param name="model">The model.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="setup">Format and software.</param>
    /// <param name="layout">The layout, sound or not.</param>
    /// <param name="parameters">Fitted quantities.</param>
    /// <param name="spread">Intervals.</param>
    public static StepEstimate Estimate(ModelShape model, Machine machine, TrainingSetup setup, in Layout layout, TwinParameters parameters, TwinSpread spread)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(spread);
        List<string> problems = [.. LayoutRules.Check(model.Sizes, layout).Select(static problem => problem.ToString())];
        if (machine.Accelerator.Peak(setup.Format) <= 0)
        {
            problems.Add($"{machine.Accelerator.Id} has no {setup.Format.ToString().ToLowerInvariant()} products");
        }

        double usable = MemoryFit.UsableBytes(machine.Accelerator);
        if (problems.Count > 0)
        {
            return new StepEstimate(model, machine, setup, layout, default, 0, 0, [], usable, 0, problems, problems[0]);
        }

        StepPrice price = StepEstimator.Price(model, machine, setup, layout, parameters);
        (double low, double high) = spread.Interval(TwinSpread.GroupOf(model, setup, layout), price.Total);
        MemoryRules rules = MemoryFit.RulesOf(setup);
        var memory = new StageMemory[layout.Pipeline];
        for (int stage = 0; stage < memory.Length; stage++)
        {
            memory[stage] = MemoryPlan.OfStage(model, layout, stage, rules);
        }

        double flops = Plan.Work.ModelFlops.OfStep(model, layout.GlobalBatch, FlopConvention.ModelCausal);
        var estimate = new StepEstimate(model, machine, setup, layout, price, low, high * MemoryFit.Unmeasured(layout), memory, usable, flops, [], "");
        return estimate with { Advice = NextChange.Advise(estimate, parameters) };
    }
}
