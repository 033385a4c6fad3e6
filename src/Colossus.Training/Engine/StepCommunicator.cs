using System.Runtime.InteropServices;
using Colossus.Collectives;
using Colossus.Plan.Layouts;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Plan.Programs.Communication;
using Colossus.Plan.Ranks;
using Colossus.Plan.Schedules;
using Colossus.Plan.Traces;
using Colossus.Training.Backends;

namespace Colossus.Training.Engine;

/// <summary>What a rank does with others while its passes run, in the shared memory of an epoch's world.</summary>
internal sealed unsafe class StepCommunicator : ICommunicator
{
    private const byte Poison = 0xff;

    private readonly RankRegion region;
    private readonly RankProgram program;
    private readonly IStateKernels kernels;
    private readonly WaitClock waits;
    private readonly StepTracer? tracer;
    private readonly bool poisons;
    private readonly Dictionary<Communication, Pending> pending = [];
    private readonly Dictionary<(int Bucket, ValueFormat? Format), ElementRange[]> parts = [];
    private readonly List<Pending> reductions = [];
    private readonly RowExchange rows;

    /// <summary>A communicator of one epoch.</summary>
    /// <param name="region">The rank's memory.</param>
    /// <param name="kernels">Arithmetic on sums.</param>
    /// <param name="waits">Books what is waited for.</param>
    /// <param name="tracer">Measures collectives, messages and waits; null when no trace is wanted.</param>
    /// <param name="poisons">Whether gathered weights that were given back become NaN: a check for tests.</param>
    public StepCommunicator(RankRegion region, IStateKernels kernels, WaitClock waits, StepTracer? tracer, bool poisons)
    {
        this.tracer = tracer;
        this.region = region;
        this.kernels = kernels;
        this.waits = waits;
        this.poisons = poisons;
        program = region.Program;
        rows = new RowExchange(region, this, tracer);
    }

    /// <summary>In what gradients are summed where sums are exact.</summary>
    public FixedPoint Integers { get; } = new();

    /// <inheritdoc/>
    public void Receive(PipelineAction pass, DeviceMemory target)
    {
        int lower = pass.Kind == PassKind.Forward ? pass.Chunk - 1 : pass.Chunk;
        Receive(region.World.Mailbox(region.Map.Mail(lower, program.Lane, pass.Kind)), target.Address, target.Bytes, pass);
    }

    /// <inheritdoc/>
    public void Send(PipelineAction pass, DeviceMemory source)
    {
        int lower = pass.Kind == PassKind.Forward ? pass.Chunk : pass.Chunk - 1;
        Send(region.World.Mailbox(region.Map.Mail(lower, program.Lane, pass.Kind)), source.Address, source.Bytes, pass);
    }

    /// <summary>Waits for a message.</summary>
    /// <param name="box">Its mailbox.</param>
    /// <param name="target">Receives it.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="pass">The pass that begins with it; null for none.</param>
    public void Receive(Mailbox box, nint target, long bytes, PipelineAction? pass = null)
    {
        using var span = tracer?.Begin(SpanKind.Receive, pass?.Chunk, pass?.MicroBatch, pass: pass?.Kind);
        if (!box.IsReady)
        {
            waits.Begin(GroupAxis.Pipeline);
        }

        box.Receive((void*)target, bytes);
        waits.End();
        tracer?.LookAtCollectives();
    }

    /// <summary>Sends a message.</summary>
    /// <param name="box">Its mailbox.</param>
    /// <param name="source">The message; free to be written again afterwards.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="pass">The pass that ends with it; null for none.</param>
    public void Send(Mailbox box, nint source, long bytes, PipelineAction? pass = null)
    {
        using var span = tracer?.Begin(SpanKind.Send, pass?.Chunk, pass?.MicroBatch, pass: pass?.Kind);
        if (!box.IsReady)
        {
            waits.Begin(GroupAxis.Pipeline);
        }

        box.Send((void*)source, bytes);
        waits.End();
        tracer?.LookAtCollectives();
    }

    /// <inheritdoc/>
    public void Run(Communication operation, IOperationMemory memory, int microBatch)
    {
        switch (operation)
        {
            case GatherWeights gather:
                pending[gather] = Traced(SpanKind.GatherWeights, Gather(gather, OffsetOf(memory, gather.Value!)), gather.Bucket, microBatch);
                break;
            case AwaitWeights wait:
                WaitForResult(pending[wait.Gather]);
                break;
            case ReleaseWeights release:
                Release(release.Gather, OffsetOf(memory, release.Value!));
                break;
            case ReduceGradients { Value: { } value } reduce:
                pending[reduce] = Traced(SpanKind.ReduceGradients, ReduceMicroBatch(reduce.Bucket, OffsetOf(memory, value), microBatch), reduce.Bucket, microBatch);
                break;
            case ReduceGradients reduce:
                CompleteBucket(reduce.Bucket, microBatch);
                break;
            case AwaitGradients wait:
                Wait(pending[wait.Reduce]);
                pending.Remove(wait.Reduce);
                break;
            case RowCommunication or EndExchange:
                rows.Run(operation, memory);
                break;
            default:
                throw new NotSupportedException($"{operation} is not known to ranks in shared memory");
        }

        region.World.MakeProgress();
        tracer?.LookAtCollectives();
    }

    /// <summary>Has the tracer, if there is one, follow a collective to its result.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="collective">The collective, just started.</param>
    /// <param name="bucket">Its bucket.</param>
    /// <param name="microBatch">Its micro-batch; null for one of the whole step.</param>
    /// <returns>The collective.</returns>
    public Pending Traced(SpanKind kind, Pending collective, int bucket, int? microBatch = null)
    {
        tracer?.Started(kind, collective, bucket, microBatch);
        return collective;
    }

    /// <summary>Waits until this rank's slices of all gradients are summed.</summary>
    public void FinishReductions()
    {
        foreach (Pending reduction in reductions)
        {
            WaitForResult(reduction);
        }

        reductions.Clear();
    }

    /// <summary>Waits for the result of a collective.</summary>
    /// <param name="collective">The collective.</param>
    /// <param name="axis">The axis of its group.</param>
    public void WaitForResult(Pending collective, GroupAxis axis = GroupAxis.Data)
    {
        if (!collective.IsResultReady)
        {
            waits.Begin(axis);
            using (tracer?.Begin(SpanKind.Wait))
            {
                collective.WaitForResult();
            }

            waits.End();
        }

        tracer?.LookAtCollectives();
    }

    /// <summary>Waits until the others have read what a collective shares.</summary>
    /// <param name="collective">The collective.</param>
    /// <param name="axis">The axis of its group.</param>
    public void Wait(Pending collective, GroupAxis axis = GroupAxis.Data)
    {
        if (!collective.IsDone)
        {
            waits.Begin(axis);
            using (tracer?.Begin(SpanKind.Wait))
            {
                collective.Wait();
            }

            waits.End();
        }

        tracer?.LookAtCollectives();
    }

    private long OffsetOf(IOperationMemory memory, Value value) => memory.Of(value) - region.At(0);

    private Pending Gather(GatherWeights gather, long offset)
    {
        int bucket = gather.Bucket;
        FlatRange range = program.Table.Buckets[bucket].ReadIn(gather.Format, program.Formats);
        FlatRange own = program.SliceOf(bucket).Intersect(range);
        int bytes = program.Formats.BytesOf(gather.Format);
        if (own.Count > 0)
        {
            void* target = (void*)region.At(offset + ((own.Start - range.Start) * bytes));
            NativeMemory.Copy((void*)region.At(region.WeightOffset(bucket, own.Start, gather.Format)), target, (nuint)(own.Count * bytes));
        }

        return region.ReplicasOf(bucket).AllGather(offset, bytes, PartsOf(bucket, gather.Format, range));
    }

    private void Release(GatherWeights gather, long offset)
    {
        Wait(pending[gather]);
        pending.Remove(gather);
        if (poisons)
        {
            long bytes = gather.Value!.Count * program.Formats.BytesOf(gather.Format);
            NativeMemory.Fill((void*)region.At(offset), (nuint)bytes, Poison);
        }
    }

    // ZeRO-2 and 3: the sum over ranks is added to what this rank's slice has of earlier micro-batches.
    private Pending ReduceMicroBatch(int bucket, long offset, int microBatch)
    {
        FlatRange range = program.Table.Buckets[bucket].Range;
        int bytes = program.Formats.ResidualBytes;

        // The memory had other values before, and padding is never written: it must not count.
        foreach (FlatRange padding in program.Table.PaddingOf(bucket))
        {
            NativeMemory.Clear((void*)region.At(offset + ((padding.Start - range.Start) * bytes)), (nuint)(padding.Count * bytes));
        }

        long first = program.SliceOf(bucket).Start;
        ElementRange[] parts = PartsOf(bucket, null, range);
        return program.Formats.ExactSums
            ? region.ReplicasOf(bucket).ReduceScatter(offset, GradientType, parts, (long*)region.IntegerOf(bucket, first), Integers, add: microBatch > 0)
            : region.ReplicasOf(bucket).ReduceScatter(offset, GradientType, parts, (float*)region.SumOf(bucket, first), add: microBatch > 0);
    }

    // ZeRO 0 and 1: gradients of all micro-batches are added up here, and summed over ranks once.
    private void CompleteBucket(int bucket, int microBatch)
    {
        FlatRange range = program.Table.Buckets[bucket].Range;
        if (program.KeepsIntegers)
        {
            kernels.AddToIntegers(region.GradientsOf(bucket), region.IntegerOf(bucket, range.Start), range.Count, Integers, first: microBatch == 0);
        }
        else if (program.KeepsSums)
        {
            kernels.AddToSums(region.GradientsOf(bucket), region.SumOf(bucket, range.Start), range.Count, first: microBatch == 0);
        }

        if (microBatch == program.Layout.MicroBatches - 1)
        {
            long offset = region.ReducedOffset(bucket), first = program.SliceOf(bucket).Start;
            ElementRange[] parts = PartsOf(bucket, null, range);
            Pending reduction = program.KeepsIntegers
                ? region.ReplicasOf(bucket).ReduceScatter(offset, ElementType.Int64, parts, (long*)region.IntegerOf(bucket, first), Integers)
                : region.ReplicasOf(bucket).ReduceScatter(offset, program.KeepsSums ? ElementType.Float32 : GradientType, parts, (float*)region.SumOf(bucket, first));
            reductions.Add(Traced(SpanKind.ReduceGradients, reduction, bucket));
        }
    }

    private ElementType GradientType => program.Formats.BfResidual ? ElementType.BFloat16 : ElementType.Float32;

    private ElementRange[] PartsOf(int bucket, ValueFormat? format, FlatRange range)
    {
        if (!parts.TryGetValue((bucket, format), out ElementRange[]? found))
        {
            found = region.Parts(bucket, range);
            parts.Add((bucket, format), found);
        }

        return found;
    }
}
