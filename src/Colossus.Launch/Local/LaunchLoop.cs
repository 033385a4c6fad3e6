using System.Threading.Channels;
using Colossus.Launch.Protocol;
using Colossus.Processes;
using Colossus.Supervision;

namespace Colossus.Launch.Local;

/// <summary>Brings what happens to the supervisor's decisions, and carries them out; all on one thread.</summary>
internal sealed partial class LaunchLoop : IDisposable
{
    private const int MostMessages = 4096;
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DieWithin = TimeSpan.FromSeconds(10);

    private readonly LaunchPlan plan;
    private readonly ILaunchObserver observer;
    private readonly TimeProvider time;
    private readonly long origin;
    private readonly Channel<LaunchMessage> messages = Channel.CreateBounded<LaunchMessage>(MostMessages);
    private readonly MemoryLease memory = MemoryLease.Begin();
    private readonly Place[] places;
    private readonly RankClock[] clocks;
    private readonly ReportEvents events;
    private readonly Queue<SupervisorEvent> pending = new();
    private readonly int[] lastPids;
    private readonly int[] holders;
    private SupervisorState state;
    private SupervisorAction.Finish? finish;
    private TimeSpan? wake;
    private TimeSpan faultAt;
    private bool recovering;
    private bool allJoinedOnce;
    private FinishedReport? finished;

    public LaunchLoop(LaunchPlan plan, ILaunchObserver observer, TimeProvider time)
    {
        this.plan = plan;
        this.observer = observer;
        this.time = time;
        origin = time.GetTimestamp();
        var resilience = plan.Job.Resilience;
        var ranks = plan.Job.Parallel.Ranks;
        state = SupervisorState.Initial(new SupervisorSettings(ranks, resilience.Spares, resilience.MaxRestarts, resilience.Heartbeat, plan.Step));
        places = [.. state.Slots.Select(_ => new Place())];
        clocks = [.. Enumerable.Range(0, ranks).Select(rank => new RankClock(rank, plan.Session, observer.Spent))];
        lastPids = new int[places.Length];
        holders = [.. Enumerable.Repeat(-1, ranks)];
        events = new ReportEvents(plan.Step);
    }

    private TimeSpan Now => time.GetElapsedTime(origin);

    public LaunchResult Run(CancellationToken orderly, CancellationToken now)
    {
        MemoryLease.RemoveAbandoned();
        using var first = orderly.Register(() => Post(new LaunchMessage(null, null, null, false)));
        using var second = now.Register(() => Post(new LaunchMessage(null, null, null, true)));
        Decide(new SupervisorEvent.Tick());
        while (finish is null)
        {
            if (Next(wake - Now) is { } message)
            {
                Take(message);
            }
            else
            {
                Decide(new SupervisorEvent.Tick());
            }
        }

        Leave(gently: finish.Status is RunOutcome.Completed or RunOutcome.Unsaved || (finish.Status == RunOutcome.Stopped && finished is not null));
        foreach (var clock in clocks)
        {
            clock.Turn(Now.TotalSeconds, Colossus.Runs.Time.TimeBucket.Idle, null);
        }

        return new LaunchResult(
            finish.Status, finish.Why, finished?.Step ?? events.Step, finished?.Loss ?? events.Loss, finished?.BitsPerByte ?? events.BitsPerByte,
            finished?.WeightsSha256, state.Restarts);
    }

    /// <summary>Whatever happened, no process and no segment stays.</summary>
    public void Dispose()
    {
        messages.Writer.TryComplete();
        foreach (var place in places)
        {
            place.Process?.Kill();
        }

        memory.Dispose();
    }

    private void Leave(bool gently)
    {
        if (gently)
        {
            Array.ForEach(places, place => place.Process?.Send(new ExitOrder()));
            AwaitEnds(LeaveWithin);
        }

        Array.ForEach(places, place => place.Process?.Kill());
        AwaitEnds(DieWithin);
    }

    private void AwaitEnds(TimeSpan within)
    {
        var until = Now + within;
        while (places.Any(place => place.Process is not null) && Next(until - Now) is { } message)
        {
            if (message is { From: { } from, End: not null } && Array.Find(places, place => place.Process == from) is { } place)
            {
                place.Process = null;
            }
        }
    }

    private void Post(LaunchMessage message)
    {
        try
        {
            messages.Writer.WriteAsync(message).AsTask().GetAwaiter().GetResult();
        }
        catch (ChannelClosedException)
        {
            // All is over.
        }
    }

    private LaunchMessage? Next(TimeSpan? within)
    {
        if (messages.Reader.TryRead(out var message))
        {
            return message;
        }

        if (within <= TimeSpan.Zero)
        {
            return null;
        }

        using var limit = within is { } span ? new CancellationTokenSource(span, time) : new CancellationTokenSource();
        try
        {
            return messages.Reader.ReadAsync(limit.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>What the loop knows of a slot beside what the supervisor does.</summary>
    private sealed class Place
    {
        public SlotProcess? Process { get; set; }

        public string State { get; set; } = "starting";

        public IReadOnlyDictionary<string, double>? Spent { get; set; }
    }
}
