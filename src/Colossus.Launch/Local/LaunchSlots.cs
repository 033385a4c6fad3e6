using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Colossus.Protocol;
using Colossus.Supervision;

namespace Colossus.Launch.Local;

/// <summary>The processes of a run, one a slot: starts them and sees them to their end.</summary>
/// <param name="plan">What they run.</param>
/// <param name="memory">Name of the run's shared memory.</param>
/// <param name="inbox">Where they report.</param>
/// <param name="count">Slots.</param>
/// <param name="time">The clock.</param>
internal sealed class LaunchSlots(LaunchPlan plan, string memory, LaunchInbox inbox, int count, TimeProvider time)
{
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DieWithin = TimeSpan.FromSeconds(10);

    private readonly LaunchSlot[] slots = [.. Enumerable.Range(0, count).Select(_ => new LaunchSlot())];

    public LaunchSlot this[int slot] => slots[slot];

    /// <summary>The slot of a process that runs; -1 for one that has been replaced.</summary>
    public int Find(SlotProcess process) => Array.FindIndex(slots, slot => slot.Process == process);

    /// <summary>Starts the process of a slot.</summary>
    /// <param name="slot">A slot without one.</param>
    /// <returns>Why it could not be started; null when it runs.</returns>
    public string? Start(int slot)
    {
        slots[slot] = new LaunchSlot { LastPid = slots[slot].LastPid };
        try
        {
            var process = SlotProcess.Start(
                Program(slot), plan.Folder.LogFile(slot), (from, report, end) => inbox.Post(new LaunchMessage(from, report, end, false)));
            slots[slot].Process = process;
            slots[slot].LastPid = process.Pid;
            return null;
        }
        catch (Exception error) when (error is Win32Exception or IOException)
        {
            return $"could not be started: {error.Message}";
        }
    }

    /// <summary>The processes that run, as seen from outside.</summary>
    /// <param name="state">Knows their ranks.</param>
    public IReadOnlyList<LaunchedSlot> Living(SupervisorState state) =>
    [
        .. slots.Index()
            .Where(slot => slot.Item.Process is not null)
            .Select(slot => new LaunchedSlot(slot.Index, state.Slots[slot.Index].Rank, slot.Item.LastPid, slot.Item.State)),
    ];

    /// <summary>Ends all processes and waits until they are gone.</summary>
    /// <param name="gently">Whether they are asked before they are killed.</param>
    public void End(bool gently)
    {
        if (gently)
        {
            Array.ForEach(slots, slot => slot.Process?.Send(new ExitOrder()));
            AwaitEnds(LeaveWithin);
        }

        Kill();
        AwaitEnds(DieWithin);
    }

    /// <summary>Kills all processes.</summary>
    public void Kill() => Array.ForEach(slots, slot => slot.Process?.Kill());

    private ProcessStartInfo Program(int slot)
    {
        var start = new ProcessStartInfo(
            plan.Program,
            [
                .. plan.Arguments, "train", "--job", plan.Folder.JobFile, "--run", plan.Folder.Path,
                "--slot", slot.ToString(CultureInfo.InvariantCulture), "--corpus", plan.Corpus, "--memory", memory,
                .. plan.TraceFolder is { } trace ? (string[])["--trace", trace] : [],
            ]);
        start.Environment["OMP_NUM_THREADS"] = start.Environment["MKL_NUM_THREADS"] = plan.Job.ThreadsOn(Environment.ProcessorCount).ToString(CultureInfo.InvariantCulture);
        return start;
    }

    private void AwaitEnds(TimeSpan within)
    {
        var began = time.GetTimestamp();
        while (slots.Any(slot => slot.Process is not null) && inbox.Next(within - time.GetElapsedTime(began)) is { } message)
        {
            if (message is { From: { } from, End: not null } && Find(from) is var slot and >= 0)
            {
                slots[slot].Process = null;
            }
        }
    }
}
