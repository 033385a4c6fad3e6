using System.Diagnostics;
using Colossus.Checkpoints;
using Colossus.Checkpoints.Safetensors;
using Colossus.Plan.Parameters;
using Colossus.Training.Memory;

namespace Colossus.Training.Engine;

/// <summary>Writes checkpoints beside the training.</summary>
/// <remarks>
/// The state of step s stays where it is until the update of step s + 2, so the copy, too, is made beside the next steps: the loop waits only when it
/// would overwrite what is not copied yet. Every rank writes whole parameters, about as many bytes each; rank 0 commits when all have written.
/// </remarks>
internal sealed unsafe class CheckpointJob : IDisposable
{
    /// <summary>Before the name of a parameter: its running mean of gradients.</summary>
    public const string FirstMomentPrefix = "optimizer.exp_avg.";

    /// <summary>Before the name of a parameter: its running mean of squared gradients.</summary>
    public const string SecondMomentPrefix = "optimizer.exp_avg_sq.";

    private readonly SessionContext context;
    private readonly SharedState state;
    private readonly IReadOnlyList<Parameter> share;
    private readonly Arena staging = new();
    private readonly CancellationTokenSource cancellation = new();
    private float* copies;
    private Task<string?>? writing;
    private TaskCompletionSource? copied;
    private long copyingStep = -1;
    private long stallTicks;

    public CheckpointJob(SessionContext context, SharedState state)
    {
        this.context = context;
        this.state = state;
        share = Share(context.Table, state.Group.Rank, state.Group.Size);
    }

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

    /// <summary>Starts to write the state of a step; waits for an earlier checkpoint that is still being written.</summary>
    public void Begin(long step)
    {
        if (writing is not null && copyingStep == step)
        {
            return;
        }

        long started = Stopwatch.GetTimestamp();
        writing?.GetAwaiter().GetResult();
        if (copies is null)
        {
            copies = staging.Take<float>(3 * share.Sum(parameter => parameter.Count));
        }

        stallTicks = Stopwatch.GetTimestamp() - started;
        copyingStep = step;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        copied = done;
        var record = state.Record(step);
        writing = Task.Factory.StartNew(() => Write(step, record, done), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Waits until the state that the update of <paramref name="step"/> overwrites is copied.</summary>
    public void WaitUntilCopied(long step)
    {
        if (copied is null || step < copyingStep + 2 || copied.Task.IsCompleted)
        {
            return;
        }

        long started = Stopwatch.GetTimestamp();
        copied.Task.Wait();
        Interlocked.Add(ref stallTicks, Stopwatch.GetTimestamp() - started);
    }

    /// <summary>Waits for the last checkpoint.</summary>
    /// <param name="step">The step it was begun for.</param>
    /// <returns>The fingerprint of the weights on rank 0, even when the checkpoint could not be written; empty on others.</returns>
    public string Finish(long step)
    {
        if (writing is null)
        {
            Begin(step);
        }

        return writing!.GetAwaiter().GetResult() ?? string.Empty;
    }

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

    private string? Write(long step, StepRecord record, TaskCompletionSource done)
    {
        long started = Stopwatch.GetTimestamp();
        var parts = CopyParts(step);
        done.SetResult();

        var group = state.Group;
        string temporary = group.Rank == 0 ? BeginFolder(step) : group.ReceiveText(0);
        var written = WriteShard(temporary, parts);
        if (group.Rank != 0)
        {
            group.SendText(written.ToJson(), 0);
            return null;
        }

        var answers = new List<ShardAnswer> { written };
        for (int rank = 1; rank < group.Size; rank++)
        {
            answers.Add(ShardAnswer.FromJson(group.ReceiveText(rank)));
        }

        return Commit(step, record, temporary, answers, started);
    }

    // An empty name tells the others that there is nowhere to write.
    private string BeginFolder(long step)
    {
        string temporary = string.Empty;
        try
        {
            temporary = context.Checkpoints.Begin(context.CheckpointFolder, step);
        }
        catch (CheckpointException exception)
        {
            context.Observer.CheckpointFailed(step, exception.Message);
        }

        for (int rank = 1; rank < state.Group.Size; rank++)
        {
            state.Group.SendText(temporary, rank);
        }

        return temporary;
    }

    private ShardAnswer WriteShard(string temporary, List<ShardPart> parts)
    {
        var hashes = new List<ParameterHash>();
        float* values = copies;
        foreach (var parameter in share)
        {
            hashes.Add(WeightsFingerprint.Hash(parameter.Name, parameter.Shape, values));
            values += parameter.Count;
        }

        try
        {
            var record = temporary.Length == 0 ? null : context.Checkpoints.WriteShard(temporary, state.Group.Rank, parts, cancellation.Token).ToJson();
            return new ShardAnswer(hashes, record, null);
        }
        catch (CheckpointException exception)
        {
            return new ShardAnswer(hashes, null, exception.Message);
        }
    }

    private string Commit(long step, StepRecord record, string temporary, List<ShardAnswer> answers, long started)
    {
        // Ranks hold consecutive parameters, so their hashes follow each other in canonical order.
        var hashes = answers.SelectMany(answer => answer.Hashes).ToList();
        string fingerprint = WeightsFingerprint.Combine(hashes);
        if (temporary.Length == 0)
        {
            return fingerprint;
        }

        try
        {
            if (answers.FirstOrDefault(answer => answer.Error is not null) is { } failed)
            {
                context.Observer.CheckpointFailed(step, failed.Error!);
                return fingerprint;
            }

            var shards = answers.Select(answer => ShardRecord.FromJson(answer.Record!)).ToList();
            var about = new CheckpointState(
                step,
                state.Group.Size,
                context.Job.Train.Seed,
                step * context.Job.Train.GlobalBatch,
                new TrainerCounters(record.Updates, record.SkippedInRow, record.Loss).Write(),
                fingerprint,
                context.JobText);
            string final = Path.Combine(context.CheckpointFolder, CheckpointFolder.Name(step));
            context.Checkpoints.Commit(temporary, final, CheckpointManifest.Assemble(about, shards, [.. hashes.Select(hash => hash.Name)]));
            context.Checkpoints.Prune(context.CheckpointFolder, context.Job.Checkpoint.Keep, cancellation.Token);
            context.Observer.CheckpointDone(new CheckpointReport(
                step,
                final,
                fingerprint,
                shards.Sum(shard => shard.Bytes),
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                (double)Interlocked.Read(ref stallTicks) / Stopwatch.Frequency));
        }
        catch (CheckpointException exception)
        {
            context.Observer.CheckpointFailed(step, exception.Message);
        }

        return fingerprint;
    }

    private List<ShardPart> CopyParts(long step)
    {
        var parts = new List<ShardPart>(3 * share.Count);
        float* target = copies;
        foreach (var (prefix, flat) in (ReadOnlySpan<(string, nint)>)[
            (string.Empty, (nint)state.Master(step)),
            (FirstMomentPrefix, (nint)state.FirstMoment(step)),
            (SecondMomentPrefix, (nint)state.SecondMoment(step))])
        {
            foreach (var parameter in share)
            {
                long bytes = parameter.Count * sizeof(float);
                Buffer.MemoryCopy((float*)flat + parameter.Start, target, bytes, bytes);
                parts.Add(ShardPart.Whole(prefix + parameter.Name, TensorType.F32, parameter.Shape, TensorBytes.At(target, bytes)));
                target += parameter.Count;
            }
        }

        return parts;
    }
}
