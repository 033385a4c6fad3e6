using Colossus.Plan.Work;
using Colossus.Specs.Jobs;

namespace Colossus.Plan.Layouts;

/// <summary>Which layouts a model can be trained in.</summary>
public static class LayoutRules
{
    /// <summary>Everything that is wrong with a layout, each as a sentence with the way out; empty if it is sound.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">The layout.</param>
    public static IReadOnlyList<string> Check(ModelShape model, in Layout layout)
    {
        ArgumentNullException.ThrowIfNull(model);
        var problems = new List<string>();
        if (layout.Data < 1 || layout.Tensor < 1 || layout.Pipeline < 1 || layout.VirtualStages < 1 || layout.Context < 1 || layout.Expert < 1
            || layout.MicroBatch < 1 || layout.GlobalBatch < 1)
        {
            problems.Add("every size of a layout is at least 1");
            return problems;
        }

        if (model.Heads % layout.Tensor != 0)
        {
            problems.Add($"tensor {layout.Tensor} does not divide the {model.Heads} heads; use {Divisors(model.Heads, 64)}");
        }

        if (layout.Tensor > 1 && model.Ffn % layout.Tensor != 0)
        {
            problems.Add($"tensor {layout.Tensor} does not divide ffn {model.Ffn}");
        }

        if (layout.Chunks > model.Layers + 2)
        {
            problems.Add($"pipeline {layout.Pipeline} x virtual stages {layout.VirtualStages} makes {layout.Chunks} chunks of only {model.Layers} layers; use fewer");
        }

        if (layout.GlobalBatch % (layout.Data * layout.MicroBatch) != 0)
        {
            problems.Add($"data {layout.Data} x micro-batch {layout.MicroBatch} does not divide the global batch {layout.GlobalBatch}");
        }

        if (model.Sequence % layout.Context != 0)
        {
            problems.Add($"context {layout.Context} does not divide the sequence of {model.Sequence} tokens");
        }

        if (layout.SequenceParallel && model.Sequence / layout.Context % layout.Tensor != 0)
        {
            problems.Add($"with sequence parallelism tensor {layout.Tensor} must divide the {model.Sequence / layout.Context} tokens that a context rank holds");
        }

        if (layout.VirtualStages > 1 && layout.Pipeline == 1)
        {
            problems.Add("virtual stages need a pipeline; set pipeline to 2 or more, or virtual stages to 1");
        }

        if (layout.VirtualStages > 1 && layout.Schedule != PipelineSchedule.Interleaved)
        {
            problems.Add("virtual stages belong to the interleaved schedule");
        }

        if (layout.Zero is < 0 or > 3)
        {
            problems.Add($"zero is 0, 1, 2 or 3, not {layout.Zero}");
        }

        CheckExperts(model, layout, problems);
        return problems;
    }

    /// <summary>Whether <see cref="Check"/> would find nothing; allocates nothing.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">The layout, its sizes at least 1.</param>
    public static bool IsSound(ModelShape model, in Layout layout)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Heads % layout.Tensor != 0 || (layout.Tensor > 1 && model.Ffn % layout.Tensor != 0)
            || layout.Chunks > model.Layers + 2
            || layout.GlobalBatch % (layout.Data * layout.MicroBatch) != 0
            || model.Sequence % layout.Context != 0
            || (layout.SequenceParallel && model.Sequence / layout.Context % layout.Tensor != 0)
            || (layout.VirtualStages > 1 && (layout.Pipeline == 1 || layout.Schedule != PipelineSchedule.Interleaved))
            || layout.Zero is < 0 or > 3)
        {
            return false;
        }

        return model.Experts is ExpertsSpec experts
            ? experts.Count % layout.Expert == 0 && layout.Data * layout.Context * layout.Tensor % layout.Expert == 0
            : layout.Expert == 1;
    }

    private static void CheckExperts(ModelShape model, in Layout layout, List<string> problems)
    {
        if (model.Experts is not ExpertsSpec experts)
        {
            if (layout.Expert > 1)
            {
                problems.Add($"expert {layout.Expert} on a model without experts; use 1");
            }

            return;
        }

        if (experts.Count % layout.Expert != 0)
        {
            problems.Add($"expert {layout.Expert} does not divide the {experts.Count} experts; use {Divisors(experts.Count, 256)}");
        }

        int holders = layout.Data * layout.Context * layout.Tensor;
        if (holders % layout.Expert != 0)
        {
            problems.Add($"expert {layout.Expert} does not divide the {holders} ranks of one stage (data x context x tensor)");
        }
    }

    private static string Divisors(int number, int limit) =>
        string.Join(", ", Enumerable.Range(1, Math.Min(number, limit)).Where(value => number % value == 0));
}
