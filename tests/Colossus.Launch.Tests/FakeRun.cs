using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Colossus.Launch.FakeWorker;
using Colossus.Launch.Local;
using Colossus.Runs;
using Colossus.Runs.Events;
using Colossus.Runs.Time;

namespace Colossus.Launch.Tests;

/// <summary>A run of fake ranks in a folder of its own, and what was heard of it.</summary>
internal sealed class FakeRun : ILaunchObserver, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("colossus-launch-").FullName;
    private readonly CancellationTokenSource orderly = new();
    private readonly CancellationTokenSource now = new();

    public FakeRun(string mode, int steps = 30, int spares = 1, string? program = null)
    {
        var plan = FakeJob.Plan(RunFolder.Create(Path.Combine(folder, "run"), "name: fake\n"), mode, steps, spares);
        Plan = plan with { Program = program ?? plan.Program };
        End = new LocalLauncher(TimeProvider.System).RunAsync(Plan, this, orderly.Token, now.Token);
    }

    public LaunchPlan Plan { get; }

    public Task<LaunchResult> End { get; }

    public ConcurrentQueue<RunEvent> Events { get; } = new();

    public ConcurrentQueue<TimeRecord> Spans { get; } = new();

    public ConcurrentDictionary<int, bool> Pids { get; } = new();

    public IReadOnlyList<LaunchedSlot> Slots { get; private set; } = [];

    [ModuleInitializer]
    internal static void OwnSharedMemory() =>
        Environment.SetEnvironmentVariable("COLOSSUS_SHM", Directory.CreateTempSubdirectory("colossus-shm-").FullName);

    public void Happened(RunEvent runEvent) => Events.Enqueue(runEvent);

    public void Spent(TimeRecord span) => Spans.Enqueue(span);

    public void Processes(IReadOnlyList<LaunchedSlot> slots)
    {
        Slots = slots;
        foreach (var slot in slots)
        {
            Pids[slot.Pid] = true;
        }
    }

    public void StopInOrder() => orderly.Cancel();

    public void StopNow() => now.Cancel();

    public Task<LaunchResult> Ended() => End.WaitAsync(Wait.Limit);

    public Task UntilStep(long step) => Wait.Until($"step {step}", () =>
    {
        Assert.False(End.IsCompleted, End.IsCompletedSuccessfully ? "it ended before: " + End.Result : "it ended before");
        return Events.OfType<StepEvent>().Any(one => one.Step >= step);
    });

    public int Pid(int rank) => Slots.First(slot => slot.Rank == rank).Pid;

    public static void Signal(string name, int pid) => Process.Start("kill", [$"-{name}", $"{pid}"]).WaitForExit();

    public static bool Lives(int pid) =>
        File.Exists($"/proc/{pid}/stat") && File.ReadAllText($"/proc/{pid}/stat") is var stat && stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');

    public void Dispose()
    {
        now.Cancel();
        try
        {
            End.Wait(Wait.Limit);
        }
        catch (AggregateException)
        {
            // The test has said what it thinks of that.
        }

        Directory.Delete(folder, recursive: true);
        orderly.Dispose();
        now.Dispose();
    }
}
