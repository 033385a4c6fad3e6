using Colossus.Plan.Layouts;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Ranks;

/// <summary>What a step asks of the ranks of a layout, each figure of the rank that has most of it.</summary>
/// <param name="Flops">Multiplications and additions of one rank, with what is computed again.</param>
/// <param name="DataBytesSent">Bytes that a rank sends to those with the same weights.</param>
/// <param name="PipelineBytesSent">Bytes that a rank sends to other stages.</param>
/// <param name="Largest">What the rank holds that holds most.</param>
/// <param name="SharedBytes">Bytes that all ranks together hold in shared memory: their regions, and messages under way.</param>
public sealed record StepCost(double Flops, long DataBytesSent, long PipelineBytesSent, RankMemory Largest, long SharedBytes)
{
    /// <summary>Sums up a layout.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">A layout as <see cref="RankProgram.For"/> takes it.</param>
    /// <param name="formats">Number formats.</param>
    public static StepCost Of(ModelSpec model, Layout layout, NumberFormats formats)
    {
        double flops = 0;
        long data = 0, pipeline = 0, shared = 0;
        RankMemory? largest = null;
        RankProgram? program = null;
        for (int rank = 0; rank < layout.Ranks; rank++)
        {
            // Ranks of one stage differ in their slices alone, and follow each other.
            program = program?.Stage == new RankGrid(layout).CoordinatesOf(rank).Pipeline ? program.MovedTo(rank) : RankProgram.For(model, layout, formats, rank);
            IReadOnlyList<StepTraffic> traffic = StepTraffic.Of(program);
            RankMemory memory = RankMemory.Of(program);
            flops = Math.Max(flops, program.Flops);
            data = Math.Max(data, Sent(traffic, GroupAxis.Data));
            pipeline = Math.Max(pipeline, Sent(traffic, GroupAxis.Pipeline));
            shared += memory.RegionBytes + memory.MailBytes;
            largest = largest is null || memory.TotalBytes > largest.TotalBytes ? memory : largest;
        }

        return new StepCost(flops, data, pipeline, largest!, shared);
    }

    private static long Sent(IReadOnlyList<StepTraffic> traffic, GroupAxis axis) => traffic.Where(entry => entry.Axis == axis).Sum(entry => entry.BytesSent);
}
