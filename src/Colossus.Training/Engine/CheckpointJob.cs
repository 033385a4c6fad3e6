using System.Diagnostics;
using Colossus.Checkpoints;
using Colossus.Collectives;
using Colossus.Plan.Parameters;
using Colossus.Training.Model;

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
        writing?.Wait();
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

        try
        {
            return writing!.GetAwaiter().GetResult() ?? string.Empty;
        }
        catch (CollectiveAbortedException)
        {
            throw;
        }
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

        string temporary = Path.Combine(context.CheckpointFolder, $"step-{step:D6}.tmp-{state.Group.Name}");
        string? error = null;
        try
        {
            CheckpointWriter.WriteShard(temporary, state.Group.Rank, parts, cancellation.Token);
        }
        catch (CheckpointException exception)
        {
            error = exception.Message;
        }

        state.Group.Advance(Counter.CheckpointWritten, step);
        if (state.Group.Rank != 0)
        {
            return null;
        }

        state.Group.WaitForAll(Counter.CheckpointWritten, step);
        return Commit(step, record, temporary, error, started);
    }

    private string? Commit(long step, StepRecord record, string temporary, string? error, long started)
    {
        string fingerprint = string.Empty;
        try
        {
            if (error is not null)
            {
                throw new CheckpointException(error);
            }

            string final = Path.Combine(context.CheckpointFolder, $"step-{step:D6}");
            var manifest = new CheckpointHeader(
                step,
                state.Group.Size,
                context.Job.Train.Seed,
                step * context.Job.Train.GlobalBatch,
                record.Updates,
                record.SkippedInRow,
                record.Loss,
                context.JobText,
                [.. context.Table.Parameters.Select(parameter => parameter.Name)]);
            var committed = CheckpointWriter.Commit(temporary, final, manifest);
            fingerprint = committed.WeightsSha256;
            CheckpointWriter.Prune(context.CheckpointFolder, context.Job.Checkpoint.Keep);
            context.Observer.CheckpointDone(new CheckpointReport(
                step,
                final,
                fingerprint,
                committed.Files.Sum(file => file.Bytes),
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                (double)Interlocked.Read(ref stallTicks) / Stopwatch.Frequency));
        }
        catch (CheckpointException exception)
        {
            context.Observer.CheckpointFailed(step, exception.Message);
        }

        return fingerprint;
    }

    private List<TensorPart> CopyParts(long step)
    {
        var parts = new List<TensorPart>(3 * share.Count);
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
                parts.Add(TensorPart.Whole(prefix + parameter.Name, parameter.Shape, (byte*)target));
                target += parameter.Count;
            }
        }

        return parts;
    }
}
