using Colossus.Specs.Jobs;

namespace Colossus.Specs.Layouts;

/// <summary>
/// What another layout changes of the bits of a run's weights. Two layouts give the same bits where every gradient is the same sum in the same order; where they do not,
/// results stay close. The table of the README says the same in words, and tests hold both to what the engine does.
/// Exact sums have no order.
/// </summary>
public static class LayoutBits
{
    /// <summary>Why a run that goes on in another layout does not get the bits that it would have got in its own.</summary>
    /// <param name="from">The layout so far; accepted by <see cref="LayoutRules"/>.</param>
    /// <param name="to">The layout from now on; accepted too.</param>
    /// <param name="sums">How gradients are added up.</param>
    /// <returns>Reasons, as parts of a sentence; empty where the bits stay the same.</returns>
    public static IReadOnlyList<string> Changes(in Layout from, in Layout to, GradientSums sums)
    {
        var changes = new List<string>();
        void Compare(string key, int before, int after, string consequence)
        {
            if (before != after)
            {
                changes.Add($"{key} is {after} and was {before}: {consequence}");
            }
        }

        if (sums == GradientSums.Fast)
        {
            Compare("parallel.data", from.Data, to.Data, "other ranks add up other shares of the batch");
        }
        else if (DataRanksShareExperts(from) || DataRanksShareExperts(to))
        {
            Compare("parallel.data", from.Data, to.Data, "experts see other shares of the batch");
        }

        Compare("train.microBatch", from.MicroBatch, to.MicroBatch, "a product adds up other sequences at once");
        Compare("parallel.tensor", from.Tensor, to.Tensor, "products are cut elsewhere");
        if (from.Tensor == to.Tensor && from.SequenceParallel != to.SequenceParallel)
        {
            changes.Add($"parallel.sequenceParallel is {(to.SequenceParallel ? "true" : "false")} and was not: ranks add up the gradients of norms for other rows");
        }

        Compare("parallel.context", from.Context, to.Context, "attention is cut elsewhere");
        Compare("parallel.expert", from.Expert, to.Expert, "experts see other shares of the batch");
        if (sums == GradientSums.Fast && SumsEachMicroBatch(from) != SumsEachMicroBatch(to))
        {
            string when = SumsEachMicroBatch(to) ? "after each micro-batch and no longer once a step" : "once a step and no longer after each micro-batch";
            changes.Add($"parallel.zero is {to.Zero} and was {from.Zero}: gradients are summed over ranks {when}");
        }

        return changes;
    }

    // One product of an expert then has tokens of several data ranks.
    private static bool DataRanksShareExperts(in Layout layout) => layout.Expert > layout.Tensor * layout.Context;

    // ZeRO 2 and 3 keep no gradients of their own from one micro-batch to the next.
    private static bool SumsEachMicroBatch(in Layout layout) => layout.Zero >= 2 && layout.MicroBatches > 1;
}
