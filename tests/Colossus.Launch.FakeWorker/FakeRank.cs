using System.Globalization;
using Colossus.Processes;
using Colossus.Protocol;
using Colossus.Protocol.Time;

namespace Colossus.Launch.FakeWorker;

/// <summary>Speaks the protocol and keeps step with the other ranks over small files that stand for shared memory.</summary>
internal sealed class FakeRank(RankChannel channel, string mode, long steps)
{
    // Only differences count, so it may begin anywhere.
    private static TimeBuckets Spent => TimeBuckets.Zero.Plus(TimeBucket.Compute, Environment.TickCount64 / 1000.0);

    private readonly Lock gate = new();
    private AssignOrder? next;
    private volatile int aborted = -1;
    private volatile bool stop;
    private volatile int epoch = -1;
    private long step;

    public static int Run(string[] args)
    {
        using var signals = StopSignal.LeaveToSupervisor();
        ParentWatch.EndWithParent();
        if (args[0] == "broken")
        {
            Console.Error.WriteLine("no library named libfake");
            return 3;
        }

        using var memory = MemoryLease.Hold(args[Array.IndexOf(args, "--memory") + 1]);
        var rank = new FakeRank(WorkerStreams.Open(), args[0], long.Parse(args[1], CultureInfo.InvariantCulture));
        Console.Error.WriteLine("threads " + Environment.GetEnvironmentVariable("OMP_NUM_THREADS") + " " + string.Join(' ', args[2..]));
        if (args[0] == "talkative")
        {
            new Thread(PrintLikeALibrary) { IsBackground = true }.Start();
        }

        rank.Live();
        return 0;
    }

    /// <summary>Pieces of lines on standard output, now and always, as from native code that knows of no protocol.</summary>
    private static void PrintLikeALibrary()
    {
        using var output = Console.OpenStandardOutput();
        while (true)
        {
            output.Write("OMP: Warning #96: {\"type\":"u8);
            Thread.Sleep(1);
        }
    }

    private void Live()
    {
        channel.Start(Obey, () => ProcessEnd.Now(0));
        new Thread(Beat) { IsBackground = true }.Start();
        channel.Report(new ReadyReport(Environment.ProcessId));
        while (true)
        {
            AssignOrder? order;
            lock (gate)
            {
                (order, next) = (next, null);
            }

            if (order is not null)
            {
                Train(order);
            }

            Thread.Sleep(2);
        }
    }

    private void Obey(RankOrder order)
    {
        switch (order)
        {
            case AssignOrder assign:
                lock (gate)
                {
                    next = assign;
                }

                break;
            case AbortOrder abort when mode != "stubborn":
                aborted = abort.Epoch;
                break;
            case StopOrder:
                stop = true;
                break;
            case ExitOrder:
                ProcessEnd.Now(0);
                break;
        }
    }

    private void Train(AssignOrder order)
    {
        step = order.RestoreSegment is null ? 0 : Enumerable.Range(0, order.Ranks).Min(rank => Read(order.RestoreSegment, rank));
        Write(order.Segment, order.Rank, step);
        epoch = order.Epoch;
        channel.Report(new JoinedReport(step) { Epoch = order.Epoch });

        // A rank 0 that died between a step and its report left this to the next one.
        for (var missed = order.KnownStep + 1; missed <= step && order.Rank == 0; missed++)
        {
            channel.Report(new StepReport(missed, 1.0 / missed, 1, 0.1, 100, 0.01) { Epoch = order.Epoch });
        }

        while (step < steps && !(order.Rank == 0 ? stop && Announce(order) : File.Exists(StopFile(order)) && step >= Read(order.Segment, 0)))
        {
            Thread.Sleep(10);
            Write(order.Segment, order.Rank, step + 1);
            while (Enumerable.Range(0, order.Ranks).Any(rank => Read(order.Segment, rank) < step + 1))
            {
                if (aborted == order.Epoch)
                {
                    channel.Report(new ParkedReport { Epoch = order.Epoch });
                    return;
                }

                if (File.Exists(StopFile(order)))
                {
                    break;
                }

                Thread.Sleep(1);
            }

            step++;
            if (mode == "failing" && step == 5)
            {
                channel.Report(new FailedReport("nonFinite", "five losses in a row were not finite") { Epoch = order.Epoch });
                return;
            }

            if (order.Rank == 0)
            {
                channel.Report(new StepReport(step, mode == "nan" ? double.NaN : 1.0 / step, 1, 0.1, 100, 0.01) { Epoch = order.Epoch });
            }
        }

        channel.Report(new FinishedReport(step, 1.0 / step, null, order.Rank == 0 ? $"weights-{step}" : null, step < steps, Spent) { Epoch = order.Epoch });
    }

    private static bool Announce(AssignOrder order)
    {
        File.WriteAllText(StopFile(order), "");
        return true;
    }

    private void Beat()
    {
        while (true)
        {
            channel.Report(new AliveReport(Volatile.Read(ref step), TimeBucket.Compute, Spent) { Epoch = epoch });
            Thread.Sleep(100);
        }
    }

    private static string StopFile(AssignOrder order) => Path.Combine(MemoryLease.Folder, order.Segment + ".stop");

    private static string RankFile(string segment, int rank) => Path.Combine(MemoryLease.Folder, $"{segment}.r{rank}");

    private static void Write(string segment, int rank, long value)
    {
        var file = RankFile(segment, rank);
        File.WriteAllText(file + "-new", value.ToString(CultureInfo.InvariantCulture));
        File.Move(file + "-new", file, overwrite: true);
    }

    private static long Read(string segment, int rank)
    {
        try
        {
            return long.Parse(File.ReadAllText(RankFile(segment, rank)), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return -1;
        }
    }
}
