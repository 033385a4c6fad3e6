using System.Globalization;
using Colossus.Cli.Figures;
using Colossus.Plan.Layouts;
using Colossus.Plan.Programs;
using Colossus.Plan.Ranks;
using Colossus.Runs.Events;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Cli.Train;

/// <summary>What a job's step asks of its ranks and of the machine's shared memory, known before anything is started.</summary>
internal static class StepDemand
{
    /// <summary>What a segment holds beside the ranks' regions and messages: channels for texts, and pages of counters and exchanges of each rank.</summary>
    private const long SegmentOverhead = 4 << 20, OverheadOfRank = 64 << 10;

    /// <summary>Of a resolved job.</summary>
    public static StepCost Of(JobSpec job) =>
        StepCost.Of(job.Model, Layout.From(job.Parallel, job.Train.MicroBatch, job.Train.GlobalBatch), NumberFormats.Of(job.Train), job.Data.Attention);

    /// <summary>The same as an event.</summary>
    public static PlannedEvent Event(StepCost cost)
    {
        RankMemory memory = cost.Largest;
        return new PlannedEvent(
            cost.Flops,
            Sent(GroupAxis.Data),
            Sent(GroupAxis.Pipeline),
            memory.State.Bytes,
            memory.Gradients.Bytes + memory.Sums.Bytes + memory.Integers.Bytes + memory.SliceSumBytes + memory.SliceIntegerBytes + memory.TiedRoomBytes + memory.Weights.Bytes + memory.Matrices.Bytes,
            memory.ActivationBytes,
            memory.Header.Bytes + memory.Exchange.Bytes + memory.Copies.Bytes + memory.CopyRoomBytes + memory.MailBytes,
            cost.SharedBytes)
        {
            TensorBytesSent = Sent(GroupAxis.Tensor),
            ContextBytesSent = Sent(GroupAxis.Context),
            ExpertBytesSent = Sent(GroupAxis.Expert),
        };

        long Sent(GroupAxis axis) => cost.BytesSent.GetValueOrDefault(axis);
    }

    /// <summary>Requires room for the ranks' shared memory.</summary>
    /// <param name="job">The job.</param>
    /// <param name="folder">The folder of shared memory.</param>
    /// <param name="free">Bytes that are free there; null when not known, which is no reason to refuse.</param>
    /// <param name="warn">Hears when there is room to train, and none to replace a lost rank: its successors' memory lies beside the old until they have copied it.</param>
    /// <exception cref="CliException">There is too little; exit code 3.</exception>
    public static void RequireRoom(JobSpec job, string folder, long? free, Action<string> warn)
    {
        long needed = Of(job).SharedBytes + SegmentOverhead + (OverheadOfRank * job.Parallel.Ranks);
        if (free < needed)
        {
            string sharded = job.Parallel is { Zero: 0, Data: > 1 } ? "parallel.zero: 1 (state shared among the replicas), " : string.Empty;
            throw CliException.Lacks(
                $"the ranks need {Format.Bytes(needed)} of shared memory for weights, gradients and optimizer state; {folder} has {Format.Bytes(free.Value)} free. "
                + $"Enlarge it ({Remount(folder, 2 * needed)}; in a container --shm-size={Gigabytes(2 * needed)}g), set COLOSSUS_SHM to a folder with room, or use {sharded}fewer replicas or a smaller model");
        }

        if (free < 2 * needed)
        {
            warn($"{folder} has {Format.Bytes(free.Value)} free: enough to train, but a lost rank is replaced only with {Format.Bytes(2 * needed)}; without, the run ends and goes on with --resume");
        }
    }

    private static string Remount(string folder, long bytes) => $"mount -o remount,size={Gigabytes(bytes)}g {folder}";

    private static string Gigabytes(long bytes) => ((bytes + (1L << 30) - 1) >> 30).ToString(CultureInfo.InvariantCulture);
}
