using System.Diagnostics;
using Colossus.Plan.Schedules;
using Colossus.Specs.Jobs;
using Colossus.Training.Backends;
using Colossus.Training.Kernels;

namespace Colossus.Training.Engine;

/// <summary>
/// The step loop of one rank within one epoch, from the restored state to the last step. It ends early with an exception when the epoch is aborted;
/// the state then lies in shared memory for the next one.
/// </summary>
/// <typeparam name="TResidual">Type of gradients.</typeparam>
/// <typeparam name="TWeight">Type of the working copy.</typeparam>
internal sealed unsafe class TrainingSession<TResidual, TWeight> : ITrainingSession
    where TResidual : unmanaged, IElement<TResidual>
    where TWeight : unmanaged, IElement<TWeight>
{
    private const int SkippedStepsAllowed = 5;

    private readonly SessionContext context;
    private readonly JobSpec job;
    private readonly SharedState state;
    private readonly StepExecutor executor;
    private readonly Batches batches;
    private readonly Evaluator evaluator;
    private readonly GradientReducer<TResidual> reducer;
    private readonly StateUpdater<TWeight> updater;
    private readonly CheckpointJob checkpoints;
    private readonly int microSteps;
    private (double Loss, double BitsPerByte)? lastEvaluation;
    private volatile bool stopRequested;

    public TrainingSession(SessionContext context, SharedState state, StepExecutor executor)
    {
        this.context = context;
        this.state = state;
        this.executor = executor;
        job = context.Job;
        batches = new Batches(context.Corpus, job);
        evaluator = new Evaluator(job, context.Corpus, batches, state, executor);
        reducer = new GradientReducer<TResidual>(state, context.Table);
        updater = new StateUpdater<TWeight>(state, context.Table, reducer.Slices, job.Train.Optimizer, context.Formats);
        checkpoints = new CheckpointJob(context, state);
        microSteps = job.Train.GlobalBatch / (state.Group.Size * job.Train.MicroBatch);
        executor.Bind(new WeightMemory(
            context.Table, context.Formats, (nint)state.Weights, (nint)state.Matrices, (nint)state.Gradients.Of(state.Group.Rank)));
    }

    /// <inheritdoc/>
    public void RequestStop() => stopRequested = true;

    /// <inheritdoc/>
    public RankResult Run(RestorePlan restore)
    {
        long step = new StateRestorer<TWeight>(context, state, updater).Restore(restore);
        context.Observer.Joined(step);
        ReportLostStep(step, restore.KnownStep);
        PayDebts(step);
        bool stopped = false;
        while (step < job.Train.Steps && !stopped)
        {
            step++;
            context.Clock.Recompute(step <= restore.KnownStep);
            stopped = RunStep(step);
            Rest(step);
        }

        context.Clock.Recompute(false);
        var saved = checkpoints.Finish();
        ref var record = ref state.Record(step);
        return new RankResult(
            step, record.Loss, lastEvaluation?.BitsPerByte, saved?.WeightsSha256 ?? string.Empty, saved?.Unsaved, stopped && step < job.Train.Steps);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        checkpoints.Dispose();
        reducer.Dispose();
    }

    // What an epoch owed when a fault ended it, evaluation or checkpoint, the next one does before it goes on.
    private void PayDebts(long step)
    {
        if (state.Group.Rank == 0)
        {
            ref var record = ref state.Record(step);
            checkpoints.GoOnFrom(record.SavedStep);
            record.Save = checkpoints.IsDue(step, last: step == job.Train.Steps) ? 1 : 0;
        }

        state.Group.Barrier();
        Rest(step);
    }

    // Rank 0 may have died between completing a step and telling of it: its record survived, and is told now.
    private void ReportLostStep(long step, long knownStep)
    {
        if (state.Group.Rank == 0 && step > knownStep && step > 0)
        {
            ref var record = ref state.Record(step);
            ReportStep(step, record.Loss, record.GradientNorm, seconds: 0, record.SkippedInRow > 0 ? "the loss or the gradient was not finite" : null);
        }
    }

    private void ReportStep(long step, double loss, double norm, double seconds, string? skip)
    {
        double rate = LearningRate.At(job.Train.Optimizer, step, job.Train.Steps);
        long tokens = (long)job.Train.GlobalBatch * job.Model.Sequence;
        context.Observer.StepDone(new StepReport(step, loss, norm, rate, tokens, seconds, skip));
    }

    // One optimizer step; answers whether all ranks are to stop after it.
    private bool RunStep(long step)
    {
        long started = Stopwatch.GetTimestamp();
        reducer.Begin(step);
        double lossSum = ForwardBackward(step);

        context.Clock.Enter(TimeBucket.ExposedCommunication);
        double squares = reducer.Finish();
        state.Partials[state.Group.Rank] = new RankPartial { LossSum = lossSum, SquaredNorm = squares };
        state.Group.Advance(Counter.Summed, step);
        state.Group.WaitForAll(Counter.Summed, step);
        var (loss, norm) = Total();

        context.Clock.Enter(TimeBucket.Checkpoint);
        checkpoints.WaitUntilCopied(step);
        context.Clock.Enter(TimeBucket.Optimizer);
        string? skip = Update(step, loss, norm);

        context.Clock.Enter(TimeBucket.ExposedCommunication);
        state.Group.Advance(Counter.Updated, step);
        state.Group.WaitForAll(Counter.Updated, step);
        context.Clock.Enter(TimeBucket.Compute);

        ref var record = ref state.Record(step);
        if (state.Group.Rank == 0)
        {
            ReportStep(step, loss, norm, Stopwatch.GetElapsedTime(started).TotalSeconds, skip);
        }

        if (record.SkippedInRow >= SkippedStepsAllowed)
        {
            throw new TrainingFailedException(
                "nonFinite",
                $"{SkippedStepsAllowed} steps in a row, up to step {step}, had a loss or gradient that is not a finite number; "
                + "lower train.optimizer.learningRate, lengthen the warm-up, or use precision fp32");
        }

        return record.Stop != 0;
    }

    private double ForwardBackward(long step)
    {
        var arguments = executor.Arguments;
        arguments.LossScale = 1f / ((float)job.Train.GlobalBatch * job.Model.Sequence);
        for (int micro = 0; micro < microSteps; micro++)
        {
            context.Clock.Enter(TimeBucket.Data);
            int first = ((state.Group.Rank * microSteps) + micro) * job.Train.MicroBatch;
            batches.Read(step, first, arguments.Inputs, arguments.Targets);

            context.Clock.Enter(TimeBucket.Compute);
            bool last = micro == microSteps - 1;
            arguments.Accumulate = micro > 0 && state.Accumulators is null;
            executor.ForwardBackward(last ? reducer.BucketDone : static _ => { });
            if (!last && state.Accumulators is { } sums)
            {
                AddToAccumulator((F32*)sums.Of(state.Group.Rank), first: micro == 0);
            }
        }

        return executor.TakeLossSum();
    }

    // bf16 gradients of several micro-batches are summed in fp32: adding them in bf16 would lose the small ones.
    private void AddToAccumulator(F32* sum, bool first)
    {
        var gradient = (TResidual*)state.Gradients.Of(state.Group.Rank);
        if (first)
        {
            Flat.Convert(gradient, sum, context.Table.FlatCount);
        }
        else
        {
            Flat.Add(sum, gradient, context.Table.FlatCount);
        }
    }

    // In the order of ranks: every rank comes to the same bits, and so to the same decision.
    private (double Loss, double Norm) Total()
    {
        double loss = 0;
        double squares = 0;
        for (int rank = 0; rank < state.Group.Size; rank++)
        {
            loss += state.Partials[rank].LossSum;
            squares += state.Partials[rank].SquaredNorm;
        }

        return (loss / ((double)job.Train.GlobalBatch * job.Model.Sequence), Math.Sqrt(squares));
    }

    private string? Update(long step, double loss, double norm)
    {
        ref var before = ref state.Record(step - 1);
        long updates = before.Updates;
        long skippedInRow = before.SkippedInRow;
        string? skip = !double.IsFinite(loss) ? "the loss is not a finite number"
            : !double.IsFinite(norm) ? "the gradient is not finite" : null;
        if (skip is null)
        {
            double clip = job.Train.Optimizer.Clip;
            double scale = clip > 0 && norm > clip ? clip / norm : 1;
            updater.Update(step, updates + 1, LearningRate.At(job.Train.Optimizer, step, job.Train.Steps), scale, reducer);
        }
        else
        {
            updater.Keep(step);
        }

        if (state.Group.Rank == 0)
        {
            bool stop = stopRequested;
            state.Record(step) = new StepRecord
            {
                Step = step,
                Updates = skip is null ? updates + 1 : updates,
                SkippedInRow = skip is null ? 0 : skippedInRow + 1,
                Stop = stop ? 1 : 0,
                Save = checkpoints.IsDue(step, last: stop || step == job.Train.Steps) ? 1 : 0,
                SavedStep = checkpoints.SavedStep,
                EvaluatedStep = before.EvaluatedStep,
                Loss = loss,
                GradientNorm = norm,
            };
        }

        return skip;
    }

    // What all ranks do behind a step.
    private void Rest(long step)
    {
        ref var record = ref state.Record(step);
        bool due = step == job.Train.Steps || (job.Train.EvaluateEvery > 0 && step % job.Train.EvaluateEvery == 0);
        if (due && record.EvaluatedStep < step)
        {
            context.Clock.Enter(TimeBucket.Evaluation);
            lastEvaluation = evaluator.Run(step);
            if (lastEvaluation is { } result)
            {
                context.Observer.Evaluated(step, result.Loss, result.BitsPerByte);
                record.EvaluatedStep = step;
            }
        }

        if (record.Save != 0)
        {
            context.Clock.Enter(TimeBucket.Checkpoint);
            checkpoints.Begin(step);
        }

        context.Clock.Enter(TimeBucket.Compute);
    }
}
