using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Twin.Estimates;

namespace Colossus.Cli.Train;

/// <summary>A run that goes on in another layout: what that does to the bits of its weights.</summary>
internal static class LayoutChange
{
    /// <summary>Says so, in one line.</summary>
    /// <param name="before">The job so far.</param>
    /// <param name="after">The job from now on.</param>
    /// <returns>Null when the layout stays.</returns>
    public static string? Describe(JobSpec before, JobSpec after)
    {
        var (from, to) = (LayoutOf(before), LayoutOf(after));
        if (from == to)
        {
            return null;
        }

        var reasons = LayoutBits.Changes(from, to, after.Train.Sums);
        return $"the layout was {LayoutText.Line(from)}; it is now {LayoutText.Line(to)}: " + (reasons.Count == 0
            ? "the weights keep the bits that they would have got"
            : $"the weights will be close, but not the same bits ({string.Join("; ", reasons)})");
    }

    private static Layout LayoutOf(JobSpec job) => Layout.From(job.Parallel, job.Train.MicroBatch, job.Train.GlobalBatch);
}
