using Colossus.Checkpoints;
using Colossus.Collectives;
using Colossus.Plan.Parameters;
using Colossus.Plan.Ranks;
using Colossus.Training.Backends;

namespace Colossus.Training.Engine;

/// <summary>Gives an epoch its first state: new weights, the newest whole state of an earlier epoch, or a checkpoint that ranks of any layout wrote.</summary>
internal sealed unsafe class StateRestorer(SessionContext context, RankRegion region, StateUpdater updater)
{
    private readonly World world = region.World;

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
        updater.Refresh(step);
        world.Advance(WorldMap.UpdatedCounter, step);

        // Step 0 is also where counters start: the barrier makes that case a real wait.
        world.Barrier();
        return step;
    }

    private long FromSeed()
    {
        foreach (StateBox box in context.States.BoxesOf(world.Rank))
        {
            WeightInitializer.Fill(context.Table.Parameters[box.Parameter], box.Parameter, box.Box, context.Job, (float*)region.State(0, box.Offset).Master, box.Stride);
        }

        return 0;
    }

    // Counters of the old world still move while a frozen rank of it wakes up: one rank reads them once and tells the others.
    private long FromMemory(string segment, long epoch)
    {
        using var old = World.Inspect(segment, epoch);
        if (world.Rank == 0)
        {
            world.Advance(WorldMap.DecidedCounter, old.Lowest(WorldMap.UpdatedCounter) + 1);
        }

        world.WaitFor(0, WorldMap.DecidedCounter, 1);
        long step = world.CounterOf(0, WorldMap.DecidedCounter) - 1;
        foreach (StateBox wanted in context.States.BoxesOf(world.Rank))
        {
            foreach (StateBox found in context.States.Find(wanted.Parameter, wanted.Box, world.Rank))
            {
                StateAddress target = region.State(step, wanted.Cut(found.Box).Offset);
                RankRegion.ReadState(old, step, 0, found, (float*)target.Master, wanted.Stride);
                RankRegion.ReadState(old, step, 1, found, (float*)target.First, wanted.Stride);
                RankRegion.ReadState(old, step, 2, found, (float*)target.Second, wanted.Stride);
            }
        }

        region.Record(step) = RankRegion.ReadRecord(old, 0, step);
        return step;
    }

    private long FromCheckpoint(string folder)
    {
        using var checkpoint = CheckpointReader.Open(folder);
        long step = checkpoint.Manifest.Step;
        checkpoint.Require(CheckpointJob.Declarations(context.Table));
        foreach (StateBox box in context.States.BoxesOf(world.Rank))
        {
            Parameter parameter = context.Table.Parameters[box.Parameter];
            StateAddress target = region.State(step, box.Offset);
            Read(checkpoint, parameter.Name, parameter, box, target.Master);
            Read(checkpoint, CheckpointJob.FirstMomentPrefix + parameter.Name, parameter, box, target.First);
            Read(checkpoint, CheckpointJob.SecondMomentPrefix + parameter.Name, parameter, box, target.Second);
        }

        var counters = TrainerCounters.Read(checkpoint.Manifest.RandomState, step, folder);
        region.Record(step) = new StepRecord { Step = step, Updates = counters.Updates, SkippedInRow = counters.SkippedInRow, SavedStep = step, EvaluatedStep = step, Loss = counters.Loss };
        return step;
    }

    // Checkpoints are read by rows, of which a rank may have a part. The elements of a vector are rows there.
    private static void Read(CheckpointReader checkpoint, string name, Parameter parameter, StateBox state, nint target)
    {
        ParameterBox box = state.Box;
        (long first, long rows, long width) = parameter.Columns > 0 ? (box.Row, box.Rows, parameter.Columns) : (box.Column, box.Columns, 1L);
        bool whole = parameter.Columns == 0 || (box.Columns == width && state.Stride == width);
        if (whole)
        {
            checkpoint.ReadInto(name, Checkpoints.Safetensors.TensorType.F32, first, rows, (void*)target, box.Count * sizeof(float));
            return;
        }

        // Some rows at a time, so that a large matrix needs no second copy of itself.
        long atOnce = Math.Clamp((1 << 20) / width, 1, rows);
        float[] read = new float[atOnce * width];
        for (long row = 0; row < rows; row += atOnce)
        {
            long count = Math.Min(atOnce, rows - row);
            checkpoint.ReadInto(name, first + row, count, read.AsSpan(0, (int)(count * width)));
            for (long i = 0; i < count; i++)
            {
                read.AsSpan((int)((i * width) + box.Column), (int)box.Columns).CopyTo(new Span<float>((float*)target + ((row + i) * state.Stride), (int)box.Columns));
            }
        }
    }
}
