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
        foreach (var happened in ReportMeaning.Events(slot, rank, report))
        {
            Decide(happened);
        }
    }

    private void Account(int slot, int rank, RankReport report)
    {
        if (ReportMeaning.Spent(report) is { } spent)
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
