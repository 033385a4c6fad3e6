using Colossus.Processes;
using Colossus.Protocol;
using Colossus.Protocol.Time;
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
    private readonly string? traceFolder;
    private readonly Lock gate = new();
    private readonly Queue<AssignOrder> assignments = new();
    private readonly SemaphoreSlim wake = new(0);
    private int epoch;
    private long step;
    private int abortedEpoch = -1;
    private volatile bool leaving;

    private TrainWorker(RankChannel channel, RankTrainer trainer, string? traceFolder)
    {
        this.traceFolder = traceFolder;
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
        using var worker = new TrainWorker(channel, trainer, options.Find("trace"));
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
                    channel.Report(new ParkedReport { Epoch = abort.Epoch });
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
                channel.Report(new ParkedReport { Epoch = order.Epoch });
                return;
            }

            var place = new RankPlace(
                order.Epoch, order.Rank, order.Ranks, order.Segment, order.RestoreSegment, order.RestoreEpoch, order.RestoreCheckpoint, order.KnownStep);
            using var trace = traceFolder is null ? null : TraceRecorder.Open(traceFolder, place);
            var end = trainer.Run(place, report => PassOn(report with { Epoch = order.Epoch }), trace);
            channel.Report(new FinishedReport(end.Step, end.Loss, end.BitsPerByte, end.WeightsSha256, end.Stopped, time.Read(), end.Unsaved) { Epoch = order.Epoch });
        }
        catch (EpochEndedException)
        {
            channel.Report(new ParkedReport { Epoch = order.Epoch });
        }
        catch (TrainingFailedException error)
        {
            channel.Report(new FailedReport(error.Code, error.Message) { Epoch = order.Epoch });
        }
    }

    private void PassOn(RankReport report)
    {
        Interlocked.Exchange(ref step, report switch
        {
            JoinedReport joined => joined.Step,
            StepReport done => done.Step,
            _ => Interlocked.Read(ref step),
        });

        channel.Report(report);
    }

    private void Beat(PhaseClock time, TimeSpan heartbeat)
    {
        while (true)
        {
            channel.Report(new AliveReport(Interlocked.Read(ref step), time.Current, time.Read()) { Epoch = Volatile.Read(ref epoch) });
            Thread.Sleep(heartbeat);
        }
    }
}
