using Colossus.Plan.Layouts;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Ranks;

/// <summary>What a step asks of the ranks of a layout, each figure of the rank that has most of it.</summary>
/// <param name="Flops">Multiplications and additions of one rank, with what is computed again.</param>
/// <param name="BytesSent">Bytes that a rank sends along each axis, to replicas of its experts and of all else together along <see cref="GroupAxis.Data"/>; axes along which nothing is sent are missing.</param>
/// <param name="Largest">What the rank holds that holds most.</param>
/// <param name="SharedBytes">Bytes that all ranks together hold in shared memory: their regions, and messages under way.</param>
public sealed record StepCost(double Flops, IReadOnlyDictionary<GroupAxis, long> BytesSent, RankMemory Largest, long SharedBytes)
{
    /// <summary>Sums up a layout.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">A layout as <see cref="RankProgram.For"/> takes it.</param>
    /// <param name="formats">Number formats.</param>
    /// <param name="scope">What a token sees of its sequence; with documents the FLOPs are those of samples of one document, the most.</param>
    public static StepCost Of(ModelSpec model, Layout layout, NumberFormats formats, AttentionScope scope = AttentionScope.Sequence)
    {
        double flops = 0;
        long shared = 0;
        RankMemory? largest = null;
        var sent = new SortedDictionary<GroupAxis, long>();
        var programs = new RankPrograms(model, layout, formats, scope);
        for (int rank = 0; rank < layout.Ranks; rank++)
        {
            RankProgram program = programs.Of(rank);
            foreach (var axis in StepTraffic.Of(program).GroupBy(entry => entry.Axis == GroupAxis.ExpertData ? GroupAxis.Data : entry.Axis))
            {
                sent[axis.Key] = Math.Max(sent.GetValueOrDefault(axis.Key), axis.Sum(entry => entry.BytesSent));
            }

            RankMemory memory = RankMemory.Of(program);
            flops = Math.Max(flops, program.Flops);
            shared += memory.RegionBytes + memory.MailBytes;
            largest = largest is null || memory.TotalBytes > largest.TotalBytes ? memory : largest;
        }

        return new StepCost(flops, sent.Where(axis => axis.Value > 0).ToDictionary(), largest!, shared);
    }
}
