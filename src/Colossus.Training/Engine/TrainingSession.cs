using System.Diagnostics;
using Colossus.Collectives;
using Colossus.Plan.Layouts;
using Colossus.Plan.Ranks;
using Colossus.Plan.Schedules;
using Colossus.Plan.Traces;
using Colossus.Protocol;
using Colossus.Protocol.Time;
using Colossus.Specs.Jobs;

namespace Colossus.Training.Engine;

/// <summary>
/// The step loop of one rank within one epoch, from the restored state to the last step. It ends early with an exception when the epoch is aborted;
/// the state then lies in shared memory for the next one.
/// </summary>
internal sealed class TrainingSession : IDisposable
{
    private const int SkippedStepsAllowed = 5;

    private readonly SessionContext context;
    private readonly JobSpec job;
    private readonly RankRegion region;
    private readonly RankProgram program;
    private readonly RankExecutor executor;
    private readonly StepCommunicator communicator;
    private readonly StepAgreement agreement;
    private readonly ExpertLoads? loads;
    private readonly Batches batches;
    private readonly Evaluator evaluator;
    private readonly StateUpdater updater;
    private readonly CheckpointJob checkpoints;
    private readonly StepTracer? tracer;
    private readonly bool countsVisible;
    private readonly long[] visibleOfMicroBatch;
    private (double Loss, double BitsPerByte)? lastEvaluation;
    private volatile bool stopRequested;

    /// <summary>A session.</summary>
    /// <param name="context">What it needs besides its state.</param>
    /// <param name="region">The rank's memory.</param>
    /// <param name="executor">Executes the passes of the rank's stage.</param>
    /// <param name="poisons">As in <see cref="StepCommunicator"/>.</param>
    public TrainingSession(SessionContext context, RankRegion region, RankExecutor executor, bool poisons = false)
    {
        this.context = context;
        this.region = region;
        this.executor = executor;
        tracer = context.Tracer;
        job = context.Job;
        program = region.Program;

        // All ranks of a replica read the same tokens, perhaps several times: one of them counts, each micro-batch once.
        countsVisible = job.Data.Attention == AttentionScope.Document && new RankGrid(program.Layout).CoordinatesOf(program.Rank) is { Tensor: 0, Context: 0, Pipeline: 0 };
        visibleOfMicroBatch = new long[program.Layout.MicroBatches];
        var kernels = Backends.BackendFactory.CreateState(program.Formats);
        communicator = new StepCommunicator(region, kernels, new WaitClock(context.Clock), tracer, poisons);
        loads = ExpertLoads.For(job.Model, region.World.Group(WorldMap.Everyone));
        agreement = new StepAgreement(region.World.Group(WorldMap.Everyone));
        batches = new Batches(context.Corpus, job);
        evaluator = new Evaluator(job, context.Corpus, batches, program, executor, communicator, agreement);
        updater = new StateUpdater(region, job.Train.Optimizer, job.Model.Experts?.BiasRate ?? 0, kernels, communicator);
        checkpoints = new CheckpointJob(context, region);
        executor.Bind(region.Vectors, tracer);
    }

    /// <summary>Asks for a graceful stop; counts on rank 0, which tells the others.</summary>
    public void RequestStop() => stopRequested = true;

    /// <summary>Restores the state and runs to the last step, or to the end of the step in which a stop was asked for.</summary>
    /// <param name="restore">Where the state comes from.</param>
    /// <returns>How it ended.</returns>
    public RankResult Run(RestorePlan restore)
    {
        long step = Restore(restore);
        context.Report(new JoinedReport(step));
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
        ref var record = ref region.Record(step);
        return new RankResult(
            step, record.Loss, lastEvaluation?.BitsPerByte, saved?.WeightsSha256 ?? string.Empty, saved?.Unsaved, stopped && step < job.Train.Steps);
    }

    /// <inheritdoc/>
    public void Dispose() => checkpoints.Dispose();

    private long Restore(RestorePlan plan)
    {
        using var span = tracer?.Begin(SpanKind.Restore);
        long step = new StateRestorer(context, region, updater).Restore(plan);
        tracer?.Restored(step);
        return step;
    }

    // What an epoch owed when a fault ended it, evaluation or checkpoint, the next one does before it goes on.
    private void PayDebts(long step)
    {
        ref var record = ref region.Record(step);
        checkpoints.GoOnFrom(record.SavedStep);
        bool save = program.Rank == 0 && checkpoints.IsDue(step, last: step == job.Train.Steps);
        record.Save = agreement.Exchange(new StepDecisions(Stop: false, save, record.SavedStep)).Decisions.Save ? 1 : 0;
        Rest(step);
    }

    // Rank 0 may have died between completing a step and telling of it: its record survived, and is told now.
    private void ReportLostStep(long step, long knownStep)
    {
        if (program.Rank == 0 && step > knownStep && step > 0)
        {
            ref var record = ref region.Record(step);
            ReportStep(record, seconds: 0, loads: null, record.SkippedInRow > 0 ? "the loss or the gradient was not finite" : null);
        }
    }

    private void ReportStep(in StepRecord record, double seconds, IReadOnlyList<IReadOnlyList<long>>? loads, string? skip)
    {
        double rate = LearningRate.At(job.Train.Optimizer, record.Step, job.Train.Steps);
        long tokens = (long)job.Train.GlobalBatch * job.Model.Sequence;
        double? visible = record.Visible > 0 ? (double)record.Visible / tokens : null;
        context.Report(new StepReport(record.Step, record.Loss, record.GradientNorm, rate, tokens, seconds, skip, visible, loads));
    }

    // One optimizer step; answers whether all ranks are to stop after it.
    private bool RunStep(long step)
    {
        tracer?.EnterStep(step);
        using var span = tracer?.Begin(SpanKind.Step);
        long started = Stopwatch.GetTimestamp();
        var (lossSum, squares, visible, _, decisions) = AddUp(step);
        var expertLoads = loads?.Exchange(executor.TakeLoads());
        context.Clock.Enter(TimeBucket.Optimizer);
        double loss = lossSum / ((double)job.Train.GlobalBatch * job.Model.Sequence);
        string? skip = Update(step, loss, Math.Sqrt(squares), visible, decisions);
        context.Clock.Enter(TimeBucket.ExposedData);
        region.World.Advance(WorldMap.UpdatedCounter, step);
        using (tracer?.Begin(SpanKind.Wait))
        {
            region.World.WaitForAll(WorldMap.UpdatedCounter, step);
        }

        context.Clock.Enter(TimeBucket.Compute);
        ref var record = ref region.Record(step);
        if (program.Rank == 0)
        {
            ReportStep(record, Stopwatch.GetElapsedTime(started).TotalSeconds, expertLoads, skip);
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

    // Passes, and what all ranks know of their sums. Where exact sums need another unit, all take the passes once more with it: the same gradients then fit.
    private StepTotals AddUp(long step)
    {
        int digits = FixedPoint.UsualDigits;
        StepDecisions? decisions = null;
        while (true)
        {
            communicator.Integers.Begin(digits);
            RunPasses(step);
            context.Clock.Enter(TimeBucket.ExposedData);
            updater.FinishGradients(agreement.Squares);

            // Whoever goes on from the agreement may overwrite what this rank still copies.
            context.Clock.Enter(TimeBucket.Checkpoint);
            checkpoints.WaitUntilCopied(step);

            context.Clock.Enter(TimeBucket.ExposedData);
            agreement.Largest = communicator.Integers.Largest;

            // A checkpoint that is decided on counts as begun: once a step.
            decisions ??= Decide(step);
            StepTotals totals = Agree(decisions.Value);
            int needed = FixedPoint.DigitsFor(totals.Largest, program.AddendsOfGradient);
            if (needed == digits)
            {
                return totals;
            }

            digits = needed;
            updater.DropGradients();
        }
    }

    private void RunPasses(long step)
    {
        // Those of an evaluation are not of the step.
        _ = executor.TakeLoads();
        executor.Arguments.LossScale = 1f / ((float)job.Train.GlobalBatch * job.Model.Sequence);
        executor.RunPasses(communicator, microBatch => Read(step, microBatch));
        foreach (double loss in executor.TakeLosses())
        {
            agreement.Loss.Add(loss);
        }

        agreement.Visible = visibleOfMicroBatch.Sum();
    }

    private void Read(long step, int microBatch)
    {
        context.Clock.Enter(TimeBucket.Data);
        int first = ((program.DataPlace * program.Layout.MicroBatches) + microBatch) * job.Train.MicroBatch;
        using var span = tracer?.Begin(SpanKind.ReadTokens, microBatch: microBatch);
        batches.Read(step, first, executor.Arguments);
        if (countsVisible)
        {
            visibleOfMicroBatch[microBatch] = Batches.Visible(executor.Arguments.FirstVisible, job.Model.Sequence);
        }

        context.Clock.Enter(TimeBucket.Compute);
    }

    private StepTotals Agree(StepDecisions mine)
    {
        using var span = tracer?.Begin(SpanKind.Wait);
        return agreement.Exchange(mine);
    }

    private StepDecisions Decide(long step)
    {
        if (program.Rank != 0)
        {
            return default;
        }

        bool stop = stopRequested;
        return new StepDecisions(stop, checkpoints.IsDue(step, last: stop || step == job.Train.Steps), checkpoints.SavedStep);
    }

    private string? Update(long step, double loss, double norm, long visible, StepDecisions decisions)
    {
        using var span = tracer?.Begin(SpanKind.Optimizer);
        StepRecord before = region.Record(step - 1);
        string? skip = !double.IsFinite(loss) ? "the loss is not a finite number"
            : !double.IsFinite(norm) ? "the gradient is not finite" : null;
        if (skip is null)
        {
            double clip = job.Train.Optimizer.Clip;
            double scale = clip > 0 && norm > clip ? clip / norm : 1;
            updater.Update(step, before.Updates + 1, LearningRate.At(job.Train.Optimizer, step, job.Train.Steps), scale);
        }
        else
        {
            updater.Keep(step);
        }

        region.Record(step) = new StepRecord
        {
            Step = step,
            Updates = skip is null ? before.Updates + 1 : before.Updates,
            SkippedInRow = skip is null ? 0 : before.SkippedInRow + 1,
            Stop = decisions.Stop ? 1 : 0,
            Save = decisions.Save ? 1 : 0,
            SavedStep = decisions.SavedStep,
            EvaluatedStep = before.EvaluatedStep,
            Loss = loss,
            GradientNorm = norm,
            Visible = visible,
        };
        return skip;
    }

    // What all ranks do behind a step.
    private void Rest(long step)
    {
        ref var record = ref region.Record(step);
        bool due = step == job.Train.Steps || (job.Train.EvaluateEvery > 0 && step % job.Train.EvaluateEvery == 0);
        if (due && record.EvaluatedStep < step)
        {
            context.Clock.Enter(TimeBucket.Evaluation);
            using (tracer?.Begin(SpanKind.Evaluation))
            {
                lastEvaluation = evaluator.Run();
            }

            if (lastEvaluation is { } result)
            {
                if (program.Rank == 0)
                {
                    context.Report(new EvaluationReport(step, result.Loss, result.BitsPerByte));
                }

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
