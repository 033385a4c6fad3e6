using System.Diagnostics;
using Colossus.Checkpoints;
using Colossus.Checkpoints.Safetensors;
using Colossus.Collectives;
using Colossus.Plan.Parameters;
using Colossus.Plan.Traces;
using Colossus.Protocol;
using Colossus.Training.Kernels;
using Colossus.Training.Memory;

namespace Colossus.Training.Engine;

/// <summary>Writes checkpoints beside the training.</summary>
/// <remarks>
/// The state of step s stays where it is until the update of step s + 2, so the copy, too, is made beside the next steps: a rank waits, before it agrees to an update, until it has copied
/// what some rank would overwrite. Every rank writes whole parameters, about as many bytes each, put together from the ranks that keep them; rank 0 commits when all have written.
/// A state that failed its check (a step that was skipped, values that are not finite) is never written: it would push out a good one.
/// </remarks>
internal sealed unsafe class CheckpointJob : IDisposable
{
    /// <summary>Before the name of a parameter: its running mean of gradients.</summary>
    public const string FirstMomentPrefix = "optimizer.exp_avg.";

    /// <summary>Before the name of a parameter: its running mean of squared gradients.</summary>
    public const string SecondMomentPrefix = "optimizer.exp_avg_sq.";

    private static readonly string[] prefixes = [string.Empty, FirstMomentPrefix, SecondMomentPrefix];

    private readonly SessionContext context;
    private readonly RankRegion region;
    private readonly World world;
    private readonly IReadOnlyList<Parameter> share;
    private readonly RunSignature signature;
    private readonly Arena staging = new();
    private readonly CancellationTokenSource cancellation = new();
    private SaveSchedule schedule;
    private float* copies;
    private Task<SaveOutcome?>? writing;
    private TaskCompletionSource? copied;
    private long copyingStep = -1;
    private long stallTicks;

    public CheckpointJob(SessionContext context, RankRegion region)
    {
        this.context = context;
        this.region = region;
        world = region.World;
        share = Share(context.Table, world.Rank, world.Size);
        signature = new RunSignature(context.Job.Train.Seed, Declarations(context.Table));
        schedule = new SaveSchedule(context.Job.Checkpoint.Every, 0);
    }

    /// <summary>Step of the newest checkpoint that rank 0 knows to be on disk; 0 without one.</summary>
    public long SavedStep => schedule.SavedStep;

    /// <summary>The parameters of a model as they stand in a checkpoint.</summary>
    public static IReadOnlyList<TensorDeclaration> Declarations(ParameterTable table) =>
        [.. table.Parameters.Select(parameter => new TensorDeclaration(parameter.Name, TensorType.F32, parameter.Shape))];

    /// <summary>The parameters that a rank writes and reads: consecutive ones, about as many values for each rank.</summary>
    public static IReadOnlyList<Parameter> Share(ParameterTable table, int rank, int ranks)
    {
        double middle = 0;
        var mine = new List<Parameter>();
        foreach (var parameter in table.Parameters)
        {
            double center = middle + (parameter.Count / 2.0);
            middle += parameter.Count;
            if ((int)(center * ranks / table.ParameterCount) == rank)
            {
                mine.Add(parameter);
            }
        }

        return mine;
    }

    /// <summary>Takes up the schedule where an earlier epoch, or the checkpoint that was restored, left it.</summary>
    /// <param name="savedStep">Step of the newest checkpoint on disk; 0 without one.</param>
    public void GoOnFrom(long savedStep) => schedule = new SaveSchedule(context.Job.Checkpoint.Every, savedStep);

    /// <summary>Whether the state of a step is to be written; when it is, that counts as begun. Asked by rank 0 once a step, for all ranks.</summary>
    /// <param name="step">Completed steps.</param>
    /// <param name="last">Whether training ends here.</param>
    public bool IsDue(long step, bool last) => schedule.Begin(step, last);

    /// <summary>Starts to write the state of a step; waits for an earlier checkpoint that is still being written.</summary>
    public void Begin(long step)
    {
        using var span = context.Tracer?.Begin(SpanKind.Checkpoint);
        long started = Stopwatch.GetTimestamp();
        writing?.GetAwaiter().GetResult();
        if (copies is null)
        {
            copies = staging.Take<float>(prefixes.Length * share.Sum(parameter => parameter.Count));
        }

        stallTicks = Stopwatch.GetTimestamp() - started;
        copyingStep = step;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        copied = done;
        var record = region.Record(step);
        writing = Task.Factory.StartNew(() => Write(step, record, done), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Waits until the state that the update of <paramref name="step"/> overwrites is copied.</summary>
    public void WaitUntilCopied(long step)
    {
        if (copied is null || step < copyingStep + 2 || copied.Task.IsCompleted)
        {
            return;
        }

        using var span = context.Tracer?.Begin(SpanKind.Checkpoint);
        long started = Stopwatch.GetTimestamp();
        copied.Task.Wait();
        Interlocked.Add(ref stallTicks, Stopwatch.GetTimestamp() - started);
    }

    /// <summary>Waits for the last checkpoint that was begun.</summary>
    /// <returns>How it ended; null on ranks other than 0.</returns>
    public SaveOutcome? Finish() => writing?.GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Dispose()
    {
        cancellation.Cancel();
        try
        {
            writing?.Wait();
        }
        catch (AggregateException)
        {
            // The epoch was aborted while it was written: the next one writes its own.
        }

        cancellation.Dispose();
        staging.Dispose();
    }

    private SaveOutcome? Write(long step, StepRecord record, TaskCompletionSource done)
    {
        using var span = context.Tracer?.BeginCheckpointWrite(step);
        long started = Stopwatch.GetTimestamp();
        var parts = CopyParts(step);
        done.SetResult();

        var facts = Examine();
        if (world.Rank == 0)
        {
            return Lead(step, record, facts, parts, started);
        }

        world.SendText(facts.ToJson(), 0);
        while (world.ReceiveText(0) is { Length: > 0 } folder)
        {
            world.SendText(WriteShard(folder, parts).ToJson(), 0);
        }

        return null;
    }

    // What rank 0 does: every folder that it names is written to by all; an empty name ends it.
    private SaveOutcome Lead(long step, StepRecord record, ShareFacts own, List<ShardPart> parts, long started)
    {
        List<ShareFacts> facts = [own, .. Others().Select(rank => ShareFacts.FromJson(world.ReceiveText(rank)))];

        // Ranks hold consecutive parameters, so their hashes follow each other in canonical order.
        List<ParameterHash> hashes = [.. facts.SelectMany(share => share.Hashes)];
        string fingerprint = WeightsFingerprint.Combine(hashes);
        string? unsaved = Flaw(record, facts);
        if (unsaved is not null)
        {
            schedule.Failed(step);
            context.Report(new CheckpointPostponedReport(step, unsaved));
            unsaved += ". Lower train.optimizer.learningRate, lengthen the warm-up, or use precision fp32.";
        }
        else
        {
            unsaved = Save(
                new CheckpointState(
                    step,
                    world.Size,
                    context.Job.Train.Seed,
                    step * context.Job.Train.GlobalBatch,
                    new TrainerCounters(record.Updates, record.SkippedInRow, record.Loss).Write(),
                    fingerprint,
                    context.JobText),
                hashes,
                parts,
                started);
        }

        foreach (int rank in Others())
        {
            world.SendText(string.Empty, rank);
        }

        if (unsaved is null)
        {
            context.Checkpoints.Prune(context.CheckpointFolder, context.Job.Checkpoint.Keep, signature, cancellation.Token);
        }

        return new SaveOutcome(fingerprint, unsaved);
    }

    /// <summary>Why a state is not worth keeping; null when it is sound.</summary>
    private static string? Flaw(StepRecord record, List<ShareFacts> facts) =>
        record.SkippedInRow > 0 ? "the loss or the gradient of this step was not finite, and its update was left out"
        : facts.Select(share => share.Broken).FirstOrDefault(name => name is not null) is { } broken ? $"{broken} holds values that are not finite"
        : null;

    // Answers why it could not be written.
    private string? Save(CheckpointState about, List<ParameterHash> hashes, List<ShardPart> parts, long started)
    {
        long bytes = 0;
        try
        {
            var saved = context.Checkpoints.Save(context.CheckpointFolder, about.Step, Bytes(context.Table.ParameterCount), signature, WriteShards, cancellation.Token);
            schedule.Saved(about.Step);
            context.Report(new CheckpointReport(
                about.Step,
                saved.Folder.Path,
                bytes,
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                (double)Interlocked.Read(ref stallTicks) / Stopwatch.Frequency,
                saved.MadeRoom.Count > 0 ? saved.MadeRoom : null));
            return null;
        }
        catch (CheckpointException error)
        {
            schedule.Failed(about.Step);
            context.Report(new CheckpointFailedReport(about.Step, error.Message));
            return error.Message;
        }

        CheckpointManifest WriteShards(string folder)
        {
            foreach (int rank in Others())
            {
                world.SendText(folder, rank);
            }

            List<ShardAnswer> answers = [WriteShard(folder, parts), .. Others().Select(rank => ShardAnswer.FromJson(world.ReceiveText(rank)))];

            // The first to fail removes the folder, which is all that the others then say: its word counts.
            if (answers.Select(answer => answer.Failure).OfType<ShardFailure>().OrderBy(failure => failure.Fault == CheckpointFault.Missing).FirstOrDefault() is { } failure)
            {
                throw failure.ToException();
            }

            List<ShardRecord> shards = [.. answers.Select(answer => ShardRecord.FromJson(answer.Record!))];
            bytes = shards.Sum(shard => shard.Bytes);
            return CheckpointManifest.Assemble(about, shards, [.. hashes.Select(hash => hash.Name)]);
        }
    }

    private IEnumerable<int> Others() => Enumerable.Range(1, world.Size - 1);

    private ShareFacts Examine()
    {
        var hashes = new List<ParameterHash>();
        float* values = copies;
        foreach (var parameter in share)
        {
            hashes.Add(WeightsFingerprint.Hash(parameter.Name, parameter.Shape, values));
            values += parameter.Count;
        }

        values = copies;
        foreach (string prefix in prefixes)
        {
            foreach (var parameter in share)
            {
                if (!Flat.IsFinite(values, parameter.Count))
                {
                    return new ShareFacts(hashes, prefix + parameter.Name);
                }

                values += parameter.Count;
            }
        }

        return new ShareFacts(hashes, null);
    }

    private ShardAnswer WriteShard(string folder, List<ShardPart> parts)
    {
        try
        {
            return new ShardAnswer(context.Checkpoints.WriteShard(folder, world.Rank, parts, cancellation.Token).ToJson(), null);
        }
        catch (CheckpointException error)
        {
            return new ShardAnswer(null, ShardFailure.Of(error));
        }
    }

    private static long Bytes(long parameterCount) => prefixes.Length * parameterCount * sizeof(float);

    private List<ShardPart> CopyParts(long step)
    {
        var parts = new List<ShardPart>(prefixes.Length * share.Count);
        float* target = copies;
        for (int vector = 0; vector < prefixes.Length; vector++)
        {
            foreach (var parameter in share)
            {
                RankRegion.ReadParameter(world, context.States, context.Table.IndexOf(parameter), ParameterBox.Of(parameter), step, vector, target);
                parts.Add(ShardPart.Whole(prefixes[vector] + parameter.Name, TensorType.F32, parameter.Shape, TensorBytes.At(target, parameter.Count * sizeof(float))));
                target += parameter.Count;
            }
        }

        return parts;
    }
}
