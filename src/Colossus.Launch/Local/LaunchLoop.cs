using Colossus.Processes;
using Colossus.Protocol;
using Colossus.Protocol.Time;
using Colossus.Runs.Events;
using Colossus.Supervision;

namespace Colossus.Launch.Local;

/// <summary>Brings what happens to the supervisor's decisions, and carries them out; all on one thread.</summary>
internal sealed class LaunchLoop : IDisposable
{
    private readonly LaunchPlan plan;
    private readonly ILaunchObserver observer;
    private readonly TimeProvider time;
    private readonly long origin;
    private readonly LaunchInbox inbox;
    private readonly MemoryLease memory = MemoryLease.Begin();
    private readonly LaunchSlots slots;
    private readonly RankClocks clocks;
    private readonly ReportEvents events;
    private readonly Queue<SupervisorEvent> pending = new();
    private SupervisorState state;
    private SupervisorAction.Finish? finish;
    private TimeSpan? wake;
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
        inbox = new LaunchInbox(time);
        slots = new LaunchSlots(plan, memory.Name, inbox, state.Slots.Length, time);
        clocks = new RankClocks(ranks, plan.Session, observer.Spent);
        events = new ReportEvents(plan.Step);
    }

    private TimeSpan Now => time.GetElapsedTime(origin);

    public LaunchResult Run(CancellationToken orderly, CancellationToken now)
    {
        MemoryLease.RemoveAbandoned();
        using var first = orderly.Register(() => inbox.Post(new LaunchMessage(null, null, null, false)));
        using var second = now.Register(() => inbox.Post(new LaunchMessage(null, null, null, true)));
        Decide(new SupervisorEvent.Tick());
        while (finish is null)
        {
            if (inbox.Next(wake - Now) is { } message)
            {
                Take(message);
            }
            else
            {
                Decide(new SupervisorEvent.Tick());
            }
        }

        slots.End(gently: finish.Status is RunOutcome.Completed or RunOutcome.Unsaved || (finish.Status == RunOutcome.Stopped && finished is not null));
        clocks.End(Now);
        return new LaunchResult(
            finish.Status, finish.Why, finished?.Step ?? events.Step, finished?.Loss ?? events.Loss, finished?.BitsPerByte ?? events.BitsPerByte,
            finished?.WeightsSha256, state.Restarts);
    }

    /// <summary>Whatever happened, no process and no segment stays.</summary>
    public void Dispose()
    {
        inbox.Close();
        slots.Kill();
        memory.Dispose();
    }

    private void Take(LaunchMessage message)
    {
        if (message.From is not { } from)
        {
            Decide(new SupervisorEvent.StopRequested(message.Immediate));
            return;
        }

        var slot = slots.Find(from);
        if (slot < 0)
        {
            return;
        }

        if (message.Report is { } report)
        {
            Take(slot, report);
        }
        else
        {
            slots[slot].Process = null;
            Decide(new SupervisorEvent.SlotExited(slot, message.End!));
        }

        observer.Processes(slots.Living(state));
    }

    private void Take(int slot, RankReport report)
    {
        var rank = state.Slots[slot].Rank;
        Account(slot, rank, report);
        if (rank == 0 && events.Of(report) is { } runEvent)
        {
            observer.Happened(runEvent);
        }

        slots[slot].State = report switch
        {
            ReadyReport => "ready",
            JoinedReport => "training",
            AliveReport alive => TimeBuckets.Title(alive.Phase),
            ParkedReport => "parked",
            FinishedReport => "finished",
            FailedReport => "failed",
            _ => slots[slot].State,
        };
        foreach (var happened in ReportMeaning.Events(slot, rank, report))
        {
            Decide(happened);
        }
    }

    private void Account(int slot, int rank, RankReport report)
    {
        if (ReportMeaning.Spent(report) is { } spent)
        {
            slots[slot].Spent = spent;
            if (rank >= 0)
            {
                clocks.Claim(Now, rank, spent);
            }
        }

        // Rank 0 speaks for all; the others' word counts where it says nothing.
        if (report is FinishedReport end && end.Epoch == state.Epoch && rank >= 0)
        {
            finished = Merge(rank, end);
        }
    }

    private FinishedReport Merge(int rank, FinishedReport end)
    {
        if (finished is null || finished.Epoch < end.Epoch)
        {
            return end;
        }

        var (lead, other) = rank == 0 ? (end, finished) : (finished, end);
        return lead with
        {
            Loss = lead.Loss ?? other.Loss,
            BitsPerByte = lead.BitsPerByte ?? other.BitsPerByte,
            WeightsSha256 = lead.WeightsSha256 ?? other.WeightsSha256,
        };
    }

    private void Decide(SupervisorEvent happened)
    {
        pending.Enqueue(happened);
        while (pending.TryDequeue(out var next))
        {
            var decision = Supervisor.Decide(state, Now, next);
            state = decision.State;
            wake = null;
            foreach (var action in decision.Actions)
            {
                Do(action);
            }
        }
    }

    private void Do(SupervisorAction action)
    {
        switch (action)
        {
            case SupervisorAction.StartSlot start:
                Start(start.Slot);
                break;
            case SupervisorAction.Assign assign:
                Assign(assign);
                break;
            case SupervisorAction.AbortEpoch abort:
                slots[abort.Slot].Process?.Send(new AbortOrder(abort.Epoch));
                break;
            case SupervisorAction.KillSlot kill:
                slots[kill.Slot].Process?.Kill();
                break;
            case SupervisorAction.SendStop stop:
                slots[stop.Slot].Process?.Send(new StopOrder(Checkpoint: true));
                break;
            case SupervisorAction.RemoveSegment remove:
                memory.Remove(remove.Epoch);
                break;
            case SupervisorAction.Fault fault:
                Tell(fault);
                break;
            case SupervisorAction.AllJoined joined:
                Resume(joined.Epoch);
                break;
            case SupervisorAction.WakeAt at:
                wake = at.At;
                break;
            case SupervisorAction.Finish end:
                finish = end;
                break;
        }
    }

    private void Start(int slot)
    {
        if (slots.Start(slot) is { } why)
        {
            pending.Enqueue(new SupervisorEvent.SlotExited(slot, why));
        }
    }

    private void Assign(SupervisorAction.Assign assign)
    {
        clocks.Assign(assign.Rank, assign.Slot, slots[assign.Slot].Spent);
        finished = null;
        slots[assign.Slot].State = "joining";
        slots[assign.Slot].Process?.Send(new AssignOrder(
            assign.Epoch,
            assign.Rank,
            clocks.Ranks,
            memory.Segment(assign.Epoch),
            assign.RestoreEpoch is { } from ? memory.Segment(from) : null,
            assign.RestoreEpoch ?? -1,
            assign.RestoreEpoch is null ? plan.Checkpoint : null,
            events.Step)); // what was reported, not what a rank restored: the next rank 0 tells the rest
    }

    private void Tell(SupervisorAction.Fault fault)
    {
        observer.Happened(new FaultEvent(
            fault.Rank, slots[fault.Slot].LastPid, fault.Silent ? "silent" : "exited", fault.Description, state.Step, fault.Epoch));
        clocks.Lose(Now, fault.Rank);
    }

    private void Resume(int epoch)
    {
        if (clocks.Join(Now) is { } lost)
        {
            observer.Happened(new RecoveredEvent(epoch, state.Step, lost.TotalSeconds));
        }
    }
}
