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
    /// <returns>One entry for each axis and kind of which there is one.</returns>
    public static IReadOnlyList<StepTraffic> Of(RankProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var sum = new Sum(program);
        foreach (StepAction action in program.Actions)
        {
            foreach (Communication operation in program.PassOf(action.Pass).Operations.OfType<Communication>())
            {
                sum.Add(operation, lastMicroBatch: action.Pass.MicroBatch == program.Layout.MicroBatches - 1);
            }

            sum.Message(program.ReceiverOf(action.Pass), program.SenderTo(action.Pass));
        }

        foreach (int bucket in program.Buckets.Indices)
        {
            sum.AfterPasses(bucket);
        }

        sum.Copies();
        return sum.Entries;
    }

    private sealed class Sum(RankProgram program)
    {
        private readonly SortedDictionary<(GroupAxis Axis, TrafficKind Kind), StepTraffic> entries = [];

        public IReadOnlyList<StepTraffic> Entries => [.. entries.Values];

        public void Add(Communication operation, bool lastMicroBatch)
        {
            switch (operation)
            {
                case GatherWeights gather:
                    Gather(gather.Bucket, gather.Format);
                    break;
                case ReduceGradients reduce when reduce.Value is not null || lastMicroBatch:
                    Reduce(reduce.Bucket);
                    break;
                case GatherRows gather:
                    Gather(gather.Axis, gather.Shares, RowBytes(gather.Source));
                    break;
                case SumRows sum:
                    Reduce(sum.Axis, sum.Shares, RowBytes(sum.Source));
                    break;
                case SumAllRows sum:
                    Reduce(sum.Axis, sum.Shares, RowBytes(sum.Source));
                    Gather(sum.Axis, sum.Shares, RowBytes(sum.Source));
                    break;
                case ExchangeVisits exchange:
                    // So much where tokens visit all experts alike; how many visits there were is known when they are routed.
                    long others = exchange.Visits - (exchange.Visits / exchange.Ranks);
                    Count(exchange.Axis, TrafficKind.AllToAll, others * RowBytes(exchange.Source), others * RowBytes(exchange.Source));
                    break;
                default:
                    break;
            }
        }

        public void Message(int? receiver, int? sender)
        {
            if (receiver is not null)
            {
                Count(GroupAxis.Pipeline, TrafficKind.Message, program.MessageBytes, 0);
            }

            if (sender is not null)
            {
                Count(GroupAxis.Pipeline, TrafficKind.Message, 0, program.MessageBytes);
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
                Count(GroupAxis.Pipeline, TrafficKind.Message, isCopy ? gradients : weights, 0);
                Count(GroupAxis.Pipeline, TrafficKind.Message, 0, isCopy ? weights : gradients);
            }

            if (program.Layout.Zero == 0 && !isCopy)
            {
                Gather(program.ReplicaAxisOf(bucket), program.ReplicasOf(bucket), program.SliceOf(bucket).Count * sizeof(float), program.Table.Buckets[bucket].Range.Count * sizeof(float));
            }

            foreach (ValueFormat format in program.FormatsGatheredAfterUpdate(bucket))
            {
                Gather(bucket, format);
            }
        }

        // Gradients of weights of which tensor ranks have copies: each rank sums all of them.
        public void Copies()
        {
            foreach (int copies in program.CopyGroups)
            {
                long bytes = program.SummedOverCopies(copies).Sum(part => part.Range.Count) * sizeof(float);
                Reduce(GroupAxis.Tensor, copies, bytes, copies * bytes);
            }
        }

        private void Reduce(int bucket)
        {
            long own = program.SliceOf(bucket).Count * program.ReducedBytes;
            Reduce(program.ReplicaAxisOf(bucket), program.ReplicasOf(bucket), own, program.Table.Buckets[bucket].Range.Count * program.ReducedBytes);
        }

        private void Gather(int bucket, ValueFormat format)
        {
            int bytes = program.Formats.BytesOf(format);
            FlatRange range = program.Table.Buckets[bucket].ReadIn(format, program.Formats);
            Gather(program.ReplicaAxisOf(bucket), program.ReplicasOf(bucket), program.SliceOf(bucket).Intersect(range).Count * bytes, range.Count * bytes);
        }

        private void Reduce(GroupAxis axis, RowShares shares, long rowBytes) =>
            Reduce(axis, shares.Ranks, shares.RowsOf(program.PlaceIn(axis)) * rowBytes, shares.Rows * rowBytes);

        private void Gather(GroupAxis axis, RowShares shares, long rowBytes) =>
            Gather(axis, shares.Ranks, shares.RowsOf(program.PlaceIn(axis)) * rowBytes, shares.Rows * rowBytes);

        private void Reduce(GroupAxis axis, int ranks, long own, long all) => Count(axis, TrafficKind.ReduceScatter, ranks > 1 ? all - own : 0, own * (ranks - 1));

        private void Gather(GroupAxis axis, int ranks, long own, long all) => Count(axis, TrafficKind.AllGather, own * (ranks - 1), all - own);

        private long RowBytes(Value value) => (long)value.Width * program.Formats.BytesOf(value.Format);

        private void Count(GroupAxis axis, TrafficKind kind, long sent, long received)
        {
            StepTraffic before = entries.GetValueOrDefault((axis, kind)) ?? new StepTraffic(axis, kind, 0, 0, 0);
            entries[(axis, kind)] = before with { Calls = before.Calls + 1, BytesSent = before.BytesSent + sent, BytesReceived = before.BytesReceived + received };
        }
    }
}
