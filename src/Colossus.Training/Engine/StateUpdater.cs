using System.Runtime.InteropServices;
using Colossus.Collectives;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Plan.Ranks;
using Colossus.Plan.Traces;
using Colossus.Specs.Jobs;
using Colossus.Training.Backends;
using Colossus.Training.Kernels;

namespace Colossus.Training.Engine;

/// <summary>What follows the passes of a step: sums of gradients where they are needed, the update of this rank's part of the state, and new working weights for all who compute with them.</summary>
/// <param name="region">The rank's memory.</param>
/// <param name="optimizer">The optimizer's settings.</param>
/// <param name="biasRate">What a step adds to, or takes from, the bias with which an expert is chosen.</param>
/// <param name="kernels">Arithmetic on state.</param>
/// <param name="communicator">Knows which reductions are under way.</param>
internal sealed unsafe class StateUpdater(
    RankRegion region, OptimizerSpec optimizer, double biasRate, IStateKernels kernels, StepCommunicator communicator)
{
    private readonly RankProgram program = region.Program;
    private readonly List<Pending> sums = [];

    private ParameterTable Table => program.Table;

    private int LastBucket => Table.Buckets.Count - 1;

    private bool HoldsTiedHead => Table.Buckets[LastBucket].IsCopy && program.Buckets.Indices.Contains(LastBucket);

    /// <summary>Brings the step's gradients together.</summary>
    /// <param name="squares">Receives the squares of this rank's slices, each element of the model on one rank.</param>
    public void FinishGradients(ExactSum squares)
    {
        communicator.FinishReductions();
        RoundIntegers();
        AddGradientsOfCopies();
        AddTiedGradients();
        foreach (int bucket in program.Buckets.Indices.Where(bucket => !Table.Buckets[bucket].IsCopy))
        {
            if (program.Layout.Zero == 0)
            {
                Pending sum = region.ReplicasOf(bucket).AllGather(region.GatheredSumOffset(bucket), sizeof(float), region.Parts(bucket, Table.Buckets[bucket].Range));
                sums.Add(communicator.Traced(SpanKind.GatherGradients, sum, bucket));
            }

            foreach (FlatRange range in Table.CountedHere(bucket, program.SliceOf(bucket)))
            {
                kernels.AddSquares(region.SumOf(bucket, range.Start), range.Count, ParameterTable.SliceBlock, squares);
            }
        }
    }

    /// <summary>Gives up the gradients that were brought together: the passes run again.</summary>
    public void DropGradients()
    {
        // Until all have read them, sums may not be written again.
        sums.ForEach(sum => communicator.Wait(sum));
        sums.Clear();
    }

    /// <summary>The state of <paramref name="step"/> from that of the step before and the summed gradients.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="updates">Updates of the optimizer, this one included: the exponent of the bias correction.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="gradientScale">Factor on gradients (clipping).</param>
    public void Update(long step, long updates, double rate, double gradientScale)
    {
        AwaitSums();
        foreach (StatePiece piece in program.StatePieces)
        {
            foreach (var (range, rule) in Table.SplitByRule(piece.Range))
            {
                long offset = piece.Offset + range.Start - piece.Range.Start;
                var (sums, before, after) = (region.SumOf(piece.Bucket, range.Start), region.State(step - 1, offset), region.State(step, offset));
                WorkingAddress working = region.Working(piece.Bucket, range.Start);
                if (rule == UpdateRule.Balancing)
                {
                    kernels.Balance(sums, before, after, working, range.Count, (float)biasRate);
                }
                else
                {
                    kernels.Update(sums, (float)gradientScale, before, after, working, range.Count, AdamWStep.For(optimizer, rate, decays: rule == UpdateRule.Decaying, updates));
                }
            }
        }

        Publish();
    }

    /// <summary>A skipped step: its state is that of the step before.</summary>
    /// <param name="step">The step, from 1.</param>
    public void Keep(long step)
    {
        AwaitSums();
        long vectors = RankMemory.StateVectors / 2;
        nuint bytes = (nuint)(vectors * program.StateCount * sizeof(float));
        NativeMemory.Copy((void*)region.State(step - 1, 0).Master, (void*)region.State(step, 0).Master, bytes);
    }

    /// <summary>Working weights from the state of a step.</summary>
    /// <param name="step">A step whose state this rank has.</param>
    public void Refresh(long step)
    {
        foreach (StatePiece piece in program.StatePieces)
        {
            kernels.Refresh(region.State(step, piece.Offset).Master, region.Working(piece.Bucket, piece.Range.Start), piece.Range.Count);
        }

        Publish();
    }

    private void AwaitSums()
    {
        sums.ForEach(sum => communicator.WaitForResult(sum));
        sums.Clear();
    }

    // Exact sums are rounded once, when they are complete.
    private void RoundIntegers()
    {
        if (program.Formats.ExactSums)
        {
            foreach (int bucket in program.Buckets.Indices)
            {
                FlatRange slice = program.SliceOf(bucket);
                kernels.FromIntegers(region.IntegerOf(bucket, slice.Start), region.SumOf(bucket, slice.Start), slice.Count, communicator.Integers);
            }
        }
    }

    // Tensor ranks that have copies of a weight have a part of its gradient each, and all need the sum.
    private void AddGradientsOfCopies()
    {
        long first = 0;
        foreach (int copies in program.CopyGroups)
        {
            var parts = program.SummedOverCopies(copies).ToList();
            long count = parts.Sum(part => part.Range.Count);
            long at = region.Memory.Copies.Offset + (first * sizeof(float));
            CopyGradients(parts, region.At(at), toSums: false);
            Piece[] all = [new Piece(0, 0, count)];
            nint room = region.CopyRoom + (nint)(first * sizeof(float));
            Pending sum = region.Map.CopiesOf(region, copies).Sum(at, ElementType.Float32, [.. Enumerable.Repeat(all, copies)], (void*)room);
            communicator.WaitForResult(sum);
            CopyGradients(parts, room, toSums: true);
            first += count;
        }
    }

    private void CopyGradients(List<(int Bucket, FlatRange Range)> parts, nint room, bool toSums)
    {
        foreach (var (bucket, range) in parts)
        {
            nint sum = region.SumOf(bucket, range.Start);
            nuint bytes = (nuint)(range.Count * sizeof(float));
            NativeMemory.Copy((void*)(toSums ? room : sum), (void*)(toSums ? sum : room), bytes);
            room += (nint)bytes;
        }
    }

    // Gradients of a tied matrix, from the embedding and from the head, are summed over ranks apart and added once: the same bits wherever the two lie.
    private void AddTiedGradients()
    {
        if (program.TiedSource is not { } source)
        {
            return;
        }

        FlatRange slice = program.TiedSlice;
        Mailbox? box = program.Buckets.TiedStage is null ? null : region.World.Mailbox(region.Map.TiedGradients(program.Lane));
        if (HoldsTiedHead && box is not null)
        {
            communicator.Send(box, (nint)region.SumOf(LastBucket, slice.Start), slice.Count * sizeof(float));
        }
        else if (box is not null)
        {
            communicator.Receive(box, (nint)region.TiedRoom, slice.Count * sizeof(float));
            kernels.Add(region.SumOf(source, SourceOf(slice.Start)), region.TiedRoom, slice.Count);
        }
        else if (HoldsTiedHead)
        {
            kernels.Add(region.SumOf(source, SourceOf(slice.Start)), region.SumOf(LastBucket, slice.Start), slice.Count);
        }
    }

    // New weights of a tied matrix go to the stage of the head; then the ranks of each stage gather what they all need.
    private void Publish()
    {
        if (program.Buckets.TiedStage is not null)
        {
            ValueFormat format = program.Formats.SeparateMatrices ? ValueFormat.Product : ValueFormat.Residual;
            FlatRange slice = program.TiedSlice;
            long bytes = slice.Count * program.Formats.BytesOf(format);
            Mailbox box = region.World.Mailbox(region.Map.TiedWeights(program.Lane));
            if (HoldsTiedHead)
            {
                communicator.Receive(box, (nint)region.At(region.WeightOffset(LastBucket, slice.Start, format)), bytes);
            }
            else
            {
                communicator.Send(box, (nint)region.At(region.WeightOffset(program.TiedSource!.Value, SourceOf(slice.Start), format)), bytes);
            }
        }

        var gathers = new List<Pending>();
        foreach (int bucket in program.Buckets.Indices)
        {
            foreach (ValueFormat format in program.FormatsGatheredAfterUpdate(bucket))
            {
                FlatRange range = Table.Buckets[bucket].ReadIn(format, program.Formats);
                Pending gather = region.ReplicasOf(bucket).AllGather(
                    region.WeightOffset(bucket, range.Start, format), program.Formats.BytesOf(format), region.Parts(bucket, range));
                gathers.Add(communicator.Traced(SpanKind.GatherUpdated, gather, bucket));
            }
        }

        gathers.ForEach(gather => communicator.WaitForResult(gather));
    }

    // From the flat index in the bucket of the head to that of the parameter itself.
    private long SourceOf(long element) => element - Table.Buckets[LastBucket].Range.Start + Table.Buckets[LastBucket].Source!.Start;
}
