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
    private readonly IReadOnlyList<StatePiece> pieces = context.States.PiecesOf(region.World.Rank);

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
        foreach (StatePiece piece in pieces)
        {
            float* flat = (float*)region.State(0, piece.Offset).Master - piece.Range.Start;
            WeightInitializer.Fill(context.Table, context.Job.Model.Layers, context.Job.Train.Seed, piece.Range, flat);
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
        foreach (StatePiece piece in pieces)
        {
            foreach (var (rank, offset, range) in context.States.Find(piece.Range, world.Rank))
            {
                StateAddress target = region.State(step, piece.Offset + range.Start - piece.Range.Start);
                RankRegion.ReadState(old, rank, step, 0, offset, (void*)target.Master, range.Count);
                RankRegion.ReadState(old, rank, step, 1, offset, (void*)target.First, range.Count);
                RankRegion.ReadState(old, rank, step, 2, offset, (void*)target.Second, range.Count);
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
        foreach (Parameter parameter in context.Table.Parameters)
        {
            foreach (StatePiece piece in pieces)
            {
                FlatRange part = piece.Range.Intersect(new FlatRange(parameter.Start, parameter.Count));
                if (part.Count > 0)
                {
                    StateAddress target = region.State(step, piece.Offset + part.Start - piece.Range.Start);
                    Read(checkpoint, parameter.Name, parameter, part, target.Master);
                    Read(checkpoint, CheckpointJob.FirstMomentPrefix + parameter.Name, parameter, part, target.First);
                    Read(checkpoint, CheckpointJob.SecondMomentPrefix + parameter.Name, parameter, part, target.Second);
                }
            }
        }

        var counters = TrainerCounters.Read(checkpoint.Manifest.RandomState, step, folder);
        region.Record(step) = new StepRecord { Step = step, Updates = counters.Updates, SkippedInRow = counters.SkippedInRow, SavedStep = step, EvaluatedStep = step, Loss = counters.Loss };
        return step;
    }

    // Checkpoints are read by rows; a part may begin and end within one.
    private static void Read(CheckpointReader checkpoint, string name, Parameter parameter, FlatRange part, nint target)
    {
        long width = Math.Max(1, parameter.Columns);
        long first = (part.Start - parameter.Start) / width;
        long end = (part.End - parameter.Start + width - 1) / width;
        long skipped = part.Start - parameter.Start - (first * width);
        if (skipped == 0 && (end - first) * width == part.Count)
        {
            checkpoint.ReadInto(name, Checkpoints.Safetensors.TensorType.F32, first, end - first, (void*)target, part.Count * sizeof(float));
            return;
        }

        // In pieces of some rows, so that a large matrix needs no second copy of itself.
        long atOnce = Math.Max(1, (1 << 20) / width);
        float[] rows = new float[atOnce * width];
        for (long row = first; row < end; row += atOnce)
        {
            long count = Math.Min(atOnce, end - row);
            checkpoint.ReadInto(name, row, count, rows.AsSpan(0, (int)(count * width)));
            long start = Math.Max(0, skipped - ((row - first) * width));
            long done = Math.Max(0, ((row - first) * width) - skipped);
            long length = Math.Min((count * width) - start, part.Count - done);
            rows.AsSpan((int)start, (int)length).CopyTo(new Span<float>((float*)target + done, (int)length));
        }
    }
}
