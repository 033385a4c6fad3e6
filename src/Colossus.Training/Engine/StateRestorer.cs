using Colossus.Checkpoints;
using Colossus.Collectives;
using Colossus.Plan.Parameters;
using Colossus.Training.Kernels;

namespace Colossus.Training.Engine;

/// <summary>Gives an epoch its first state: new weights, the newest whole state of an earlier epoch, or a checkpoint.</summary>
internal sealed unsafe class StateRestorer<TWeight>(SessionContext context, SharedState state, StateUpdater<TWeight> updater)
    where TWeight : unmanaged, IElement<TWeight>
{
    private const int RestoreStepSlot = 0;

    /// <summary>Restores, together with all ranks of the epoch.</summary>
    /// <param name="plan">Where from; the same on all ranks.</param>
    /// <returns>Completed steps.</returns>
    public long Restore(RestorePlan plan)
    {
        long step = plan switch
        {
            { Segment: { } segment } => FromMemory(segment, plan.SegmentEpoch),
            { Checkpoint: { } folder } => FromCheckpoint(folder),
            _ => FromSeed(),
        };
        updater.RefreshWeights(step);
        state.Group.Advance(Counter.Updated, step);
        state.Group.WaitForAll(Counter.Updated, step);

        // Step 0 is also where counters start: the barrier makes that case a real wait.
        state.Group.Barrier();
        return step;
    }

    private long FromSeed()
    {
        float* master = state.Master(0);
        for (int bucket = 0; bucket < context.Table.Buckets.Count; bucket++)
        {
            var slice = context.Table.Slice(bucket, state.Group.Rank, state.Group.Size);
            WeightInitializer.Fill(context.Table, context.Job.Model.Layers, context.Job.Train.Seed, slice, master);
        }

        return 0;
    }

    // Counters of the old segment still move while a frozen rank of it wakes up: one rank reads them once and tells the others.
    private long FromMemory(string segment, long epoch)
    {
        using var old = SharedGroup.Inspect(segment, epoch);
        var source = SharedState.In(
            old, context.Table, context.Formats, state.Accumulators is not null, Evaluator.BatchCount(context.Job, context.Corpus));
        if (state.Group.Rank == 0)
        {
            state.Group.Slots[RestoreStepSlot] = old.Lowest(Counter.Updated);
            state.Record(state.Group.Slots[RestoreStepSlot]) = source.Record(state.Group.Slots[RestoreStepSlot]);
            state.Group.Advance(Counter.Decided, 1);
        }

        state.Group.WaitFor(0, Counter.Decided, 1);
        long step = state.Group.Slots[RestoreStepSlot];
        updater.CopyFrom(source, step, step);
        return step;
    }

    private long FromCheckpoint(string folder)
    {
        using var checkpoint = CheckpointReader.Open(folder);
        long step = checkpoint.Manifest.Step;
        checkpoint.Require(CheckpointJob.Declarations(context.Table));
        foreach (var parameter in CheckpointJob.Share(context.Table, state.Group.Rank, state.Group.Size))
        {
            Read(checkpoint, parameter.Name, parameter, state.Master(step));
            Read(checkpoint, CheckpointJob.FirstMomentPrefix + parameter.Name, parameter, state.FirstMoment(step));
            Read(checkpoint, CheckpointJob.SecondMomentPrefix + parameter.Name, parameter, state.SecondMoment(step));
        }

        if (state.Group.Rank == 0)
        {
            var counters = TrainerCounters.Read(checkpoint.Manifest.RandomState, step, folder);
            state.Record(step) = new StepRecord { Step = step, Updates = counters.Updates, SkippedInRow = counters.SkippedInRow, SavedStep = step, EvaluatedStep = step, Loss = counters.Loss };
        }

        // The parameters read here are not the slices that this rank refreshes.
        state.Group.Barrier();
        return step;
    }

    private static void Read(CheckpointReader checkpoint, string name, Parameter parameter, float* flat) =>
        checkpoint.ReadInto(name, 0, parameter.Rows, new Span<float>(flat + parameter.Start, checked((int)parameter.Count)));
}
