using Colossus.Plan.Layouts;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;

namespace Colossus.Plan.Ranks;

/// <summary>What one rank exchanges in one step along one axis in one way, without the few numbers by which ranks agree on loss and norm.</summary>
/// <remarks>A byte counts once for each rank that reads it; in even parts that is (n - 1) / n of a buffer in each direction, the convention of ring algorithms.</remarks>
/// <param name="Axis">The axis.</param>
/// <param name="Kind">The way.</param>
/// <param name="Calls">Collectives or messages; received messages count too.</param>
/// <param name="BytesSent">Bytes that others read from this rank.</param>
/// <param name="BytesReceived">Bytes that this rank reads from others.</param>
public sealed record StepTraffic(GroupAxis Axis, TrafficKind Kind, long Calls, long BytesSent, long BytesReceived)
{
    /// <summary>Everything that a rank exchanges in a step.</summary>
    /// <param name="program">What it does.</param>
    /// <returns>One entry for each axis and kind, also where nothing is exchanged.</returns>
    public static IReadOnlyList<StepTraffic> Of(RankProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var sum = new Sum(program);
        foreach (StepAction action in program.Actions)
        {
            foreach (Communication operation in program.PassOf(action.Pass).Operations.OfType<Communication>())
            {
                switch (operation)
                {
                    case GatherWeights gather:
                        sum.Gather(gather.Bucket, gather.Format, program.Formats.BytesOf(gather.Format));
                        break;
                    case ReduceGradients reduce when reduce.Value is not null || action.Pass.MicroBatch == program.Layout.MicroBatches - 1:
                        sum.Reduce(reduce.Bucket, program.ReducedBytes);
                        break;
                    default:
                        break;
                }
            }

            sum.Message(program.ReceiverOf(action.Pass), program.SenderTo(action.Pass));
        }

        foreach (int bucket in program.Buckets.Indices)
        {
            sum.AfterPasses(bucket);
        }

        return sum.Entries;
    }

    private sealed class Sum(RankProgram program)
    {
        private StepTraffic reduce = new(GroupAxis.Data, TrafficKind.ReduceScatter, 0, 0, 0);
        private StepTraffic gather = new(GroupAxis.Data, TrafficKind.AllGather, 0, 0, 0);
        private StepTraffic message = new(GroupAxis.Pipeline, TrafficKind.Message, 0, 0, 0);

        public IReadOnlyList<StepTraffic> Entries => [reduce, gather, message];

        private int Others => program.Layout.Data - 1;

        public void Reduce(int bucket, int elementBytes)
        {
            long own = program.SliceOf(bucket).Count * elementBytes;
            long all = program.Table.Buckets[bucket].Range.Count * elementBytes;
            reduce = reduce with { Calls = reduce.Calls + 1, BytesSent = reduce.BytesSent + (Others > 0 ? all - own : 0), BytesReceived = reduce.BytesReceived + (own * Others) };
        }

        public void Gather(int bucket, ValueFormat format, int elementBytes)
        {
            FlatRange range = program.Table.Buckets[bucket].ReadIn(format, program.Formats);
            GatherRange(program.SliceOf(bucket).Intersect(range).Count * elementBytes, range.Count * elementBytes);
        }

        public void Message(int? receiver, int? sender)
        {
            if (receiver is not null)
            {
                message = message with { Calls = message.Calls + 1, BytesSent = message.BytesSent + program.MessageBytes };
            }

            if (sender is not null)
            {
                message = message with { Calls = message.Calls + 1, BytesReceived = message.BytesReceived + program.MessageBytes };
            }
        }

        // Tied matrices: gradients go to the rank with the embedding, new weights to the one with the head. Then what all ranks of a stage have is gathered.
        public void AfterPasses(int bucket)
        {
            bool isCopy = program.Table.Buckets[bucket].IsCopy;
            if (program.Buckets.TiedStage is not null && (isCopy || bucket == program.TiedSource))
            {
                FlatRange slice = program.TiedSlice;
                long gradients = slice.Count * sizeof(float);
                long weights = slice.Count * program.Formats.BytesOf(ValueFormat.Product);
                message = message with
                {
                    Calls = message.Calls + 2,
                    BytesSent = message.BytesSent + (isCopy ? gradients : weights),
                    BytesReceived = message.BytesReceived + (isCopy ? weights : gradients),
                };
            }

            if (program.Layout.Zero == 0 && !isCopy)
            {
                GatherRange(program.SliceOf(bucket).Count * sizeof(float), program.Table.Buckets[bucket].Range.Count * sizeof(float));
            }

            foreach (ValueFormat format in program.FormatsGatheredAfterUpdate(bucket))
            {
                Gather(bucket, format, program.Formats.BytesOf(format));
            }
        }

        private void GatherRange(long own, long all) => gather = gather with
        {
            Calls = gather.Calls + 1,
            BytesSent = gather.BytesSent + (own * Others),
            BytesReceived = gather.BytesReceived + all - own,
        };
    }
}
