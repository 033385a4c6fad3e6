using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Colossus.Launch.Protocol;
using Colossus.Runs.Events;
using Colossus.Runs.Time;
using Colossus.Supervision;

namespace Colossus.Launch.Local;

internal sealed partial class LaunchLoop
{
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
                places[abort.Slot].Process?.Send(new AbortOrder(abort.Epoch));
                break;
            case SupervisorAction.KillSlot kill:
                places[kill.Slot].Process?.Kill();
                break;
            case SupervisorAction.SendStop stop:
                places[stop.Slot].Process?.Send(new StopOrder(Checkpoint: true));
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
        var start = new ProcessStartInfo(plan.Program);
        foreach (var argument in (string[])
            [
                .. plan.Arguments, "train", "--job", plan.Folder.JobFile, "--run", plan.Folder.Path,
                "--slot", slot.ToString(CultureInfo.InvariantCulture), "--corpus", plan.Corpus, "--memory", memory.Name,
            ])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["OMP_NUM_THREADS"] = start.Environment["MKL_NUM_THREADS"] = plan.Threads.ToString(CultureInfo.InvariantCulture);
        places[slot] = new Place();
        try
        {
            places[slot].Process = SlotProcess.Start(start, plan.Folder.LogFile(slot), (from, report, end) => Post(new LaunchMessage(from, report, end, false)));
            lastPids[slot] = places[slot].Process!.Pid;
        }
        catch (Exception error) when (error is Win32Exception or IOException)
        {
            pending.Enqueue(new SupervisorEvent.SlotExited(slot, $"could not be started: {error.Message}"));
        }
    }

    private void Assign(SupervisorAction.Assign assign)
    {
        if (holders[assign.Rank] != assign.Slot)
        {
            holders[assign.Rank] = assign.Slot;
            clocks[assign.Rank].Begin(places[assign.Slot].Spent);
        }

        finished = null;
        places[assign.Slot].State = "joining";
        places[assign.Slot].Process?.Send(new AssignOrder(
            assign.Epoch,
            assign.Rank,
            clocks.Length,
            memory.Segment(assign.Epoch),
            assign.RestoreEpoch is { } from ? memory.Segment(from) : null,
            assign.RestoreEpoch ?? -1,
            assign.RestoreEpoch is null ? plan.Checkpoint : null,
            events.Step)); // what was reported, not what a rank restored: the next rank 0 tells the rest
    }

    private void Tell(SupervisorAction.Fault fault)
    {
        holders[fault.Rank] = -1;
        observer.Happened(new FaultEvent(
            fault.Rank, lastPids[fault.Slot], fault.Silent ? "silent" : "exited", fault.Description, state.Step, fault.Epoch));
        if (!recovering)
        {
            recovering = true;
            faultAt = Now;
            var whole = allJoinedOnce ? TimeBucket.Restart : TimeBucket.Startup;
            Array.ForEach(clocks, clock => clock.Turn(Now.TotalSeconds, TimeBucket.Detection, whole));
        }
    }

    private void Resume(int epoch)
    {
        Array.ForEach(clocks, clock => clock.Turn(Now.TotalSeconds, TimeBucket.Idle, null));
        allJoinedOnce = true;
        if (recovering)
        {
            recovering = false;
            observer.Happened(new RecoveredEvent(epoch, state.Step, (Now - faultAt).TotalSeconds));
        }
    }
}
