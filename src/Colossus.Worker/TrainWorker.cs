using Colossus.Launch.Protocol;
using Colossus.Processes;
using Colossus.Specs.Jobs;
using Colossus.Specs.Texts;
using Colossus.Training.Engine;
using Colossus.Training.Native;

namespace Colossus.Worker;

/// <summary><c>train</c>: one process of a run. It takes whatever rank it is given, epoch after epoch, until it is told to leave or its supervisor is gone.</summary>
internal sealed class TrainWorker : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly RankChannel channel;
    private readonly RankTrainer trainer;
    private readonly Lock gate = new();
    private readonly Queue<AssignOrder> assignments = new();
    private readonly SemaphoreSlim wake = new(0);
    private int epoch;
    private long step;
    private int abortedEpoch = -1;
    private volatile bool leaving;

    private TrainWorker(RankChannel channel, RankTrainer trainer)
    {
        this.channel = channel;
        this.trainer = trainer;
    }

    /// <summary>Serves a run.</summary>
    public static int Run(WorkerOptions options)
    {
        // Ctrl-C at a terminal, Slurm's time limit and docker stop reach every process of the run.
        using var signals = StopSignal.LeaveToSupervisor();

        // The supervisor's end is seen by the end of standard input; the kernel's signal reaches even a process that is frozen by then.
        ParentWatch.EndWithParent();
        using var memory = MemoryLease.Hold(options["memory"]);
        var channel = WorkerStreams.Open();
        string text = TextFile.Read(options["job"], TextFile.LongestDescription);
        var job = JobReader.ReadResolved(text, options["job"]);
        LibtorchLoader.Load();
        var clock = new PhaseClock(TimeProvider.System);
        using var trainer = new RankTrainer(job, text, options["corpus"], Path.Combine(options["run"], "checkpoints"), clock);
        using var worker = new TrainWorker(channel, trainer);
        return worker.Serve(clock, job.Resilience.Heartbeat);
    }

    /// <inheritdoc/>
    public void Dispose() => wake.Dispose();

    private int Serve(PhaseClock time, TimeSpan heartbeat)
    {
        channel.Start(Handle, () => ProcessEnd.Now(1));
        trainer.WarmUp();
        time.Enter(TimeBucket.Idle);
        new Thread(() => Beat(time, heartbeat)) { IsBackground = true, Name = "heartbeat" }.Start();
        channel.Report(new ReadyReport(Environment.ProcessId));
        while (true)
        {
            wake.Wait(Pause);
            if (Next() is { } order)
            {
                time.Enter(TimeBucket.Restart);
                Train(order, time);
                time.Recompute(false);
                time.Enter(TimeBucket.Idle);
            }
            else if (leaving)
            {
                return 0;
            }
        }
    }

    private AssignOrder? Next()
    {
        lock (gate)
        {
            return assignments.TryDequeue(out var order) ? order : null;
        }
    }

    private void Handle(RankOrder order)
    {
        switch (order)
        {
            case AssignOrder assign:
                lock (gate)
                {
                    assignments.Enqueue(assign);
                }

                wake.Release();
                break;
            case AbortOrder abort:
                Interlocked.Exchange(ref abortedEpoch, abort.Epoch);
                if (!trainer.Abort(abort.Epoch))
                {
                    channel.Report(new ParkedReport(abort.Epoch));
                }

                break;
            case StopOrder:
                trainer.RequestStop();
                break;
            case ExitOrder:
                leaving = true;
                wake.Release();
                break;
        }
    }

    private void Train(AssignOrder order, PhaseClock time)
    {
        Interlocked.Exchange(ref epoch, order.Epoch);
        try
        {
            if (Volatile.Read(ref abortedEpoch) >= order.Epoch)
            {
                channel.Report(new ParkedReport(order.Epoch));
                return;
            }

            var place = new RankPlace(
                order.Epoch, order.Rank, order.Ranks, order.Segment, order.RestoreSegment, order.RestoreEpoch, order.RestoreCheckpoint, order.KnownStep);
            var end = trainer.Run(place, new ReportingObserver(channel, order.Epoch, done => Interlocked.Exchange(ref step, done)));
            channel.Report(new FinishedReport(
                order.Epoch, end.Step, end.Loss, end.BitsPerByte, end.WeightsSha256, end.Stopped, Seconds(time), end.Unsaved));
        }
        catch (EpochEndedException)
        {
            channel.Report(new ParkedReport(order.Epoch));
        }
        catch (TrainingFailedException error)
        {
            channel.Report(new FailedReport(order.Epoch, error.Code, error.Message));
        }
    }

    private void Beat(PhaseClock time, TimeSpan heartbeat)
    {
        while (true)
        {
            string phase = Name(time.Current);
            channel.Report(new AliveReport(Volatile.Read(ref epoch), Interlocked.Read(ref step), phase, Seconds(time)));
            Thread.Sleep(heartbeat);
        }
    }

    private static Dictionary<string, double> Seconds(PhaseClock time) => time.Read().ToDictionary(entry => Name(entry.Key), entry => entry.Value);

    private static string Name(TimeBucket bucket) => char.ToLowerInvariant(bucket.ToString()[0]) + bucket.ToString()[1..];
}
