using Colossus.Launch.Protocol;
using Colossus.Supervision;

namespace Colossus.Launch.Local;

internal sealed partial class LaunchLoop
{
    private void Take(LaunchMessage message)
    {
        if (message.From is not { } from)
        {
            Decide(new SupervisorEvent.StopRequested(message.Immediate));
            return;
        }

        var slot = Array.FindIndex(places, place => place.Process == from);
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
            places[slot].Process = null;
            Decide(new SupervisorEvent.SlotExited(slot, message.End!));
        }

        ShowProcesses();
    }

    private void Take(int slot, RankReport report)
    {
        var rank = state.Slots[slot].Rank;
        Account(slot, rank, report);
        if (rank == 0 && events.Of(report) is { } runEvent)
        {
            observer.Happened(runEvent);
        }

        places[slot].State = report switch
        {
            ReadyReport => "ready",
            JoinedReport => "training",
            AliveReport alive => alive.Phase,
            ParkedReport => "parked",
            FinishedReport => "finished",
            FailedReport => "failed",
            _ => places[slot].State,
        };
        Decide(report switch
        {
            ReadyReport => new SupervisorEvent.SlotReady(slot),
            JoinedReport joined => new SupervisorEvent.Joined(slot, joined.Epoch, joined.Step),
            ParkedReport parked => new SupervisorEvent.Parked(slot, parked.Epoch),
            FinishedReport done => new SupervisorEvent.RankFinished(slot, done.Epoch, done.Stopped, done.Unsaved),
            FailedReport failed => new SupervisorEvent.RankFailed(slot, failed.Code, failed.Reason),
            _ => new SupervisorEvent.Alive(slot),
        });
        if (report is StepReport step && rank == 0)
        {
            Decide(new SupervisorEvent.StepDone(step.Epoch, step.Step));
        }
    }

    private void Account(int slot, int rank, RankReport report)
    {
        var spent = report switch
        {
            AliveReport alive => alive.Buckets,
            FinishedReport done => done.Buckets,
            _ => null,
        };
        if (spent is not null)
        {
            places[slot].Spent = spent;
            if (rank >= 0)
            {
                clocks[rank].Claim(Now.TotalSeconds, spent);
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

    private void ShowProcesses()
    {
        var living = new List<LaunchedSlot>();
        for (var slot = 0; slot < places.Length; slot++)
        {
            if (places[slot].Process is { } process)
            {
                living.Add(new LaunchedSlot(slot, state.Slots[slot].Rank, process.Pid, places[slot].State));
            }
        }

        observer.Processes(living);
    }
}
