using Colossus.Launch.Local;
using Colossus.Runs;
using Colossus.Runs.Events;
using Colossus.Runs.Time;
using Colossus.Specs.Jobs;

namespace Colossus.Launch.FakeWorker;

/// <summary>What a supervisor of fake ranks needs.</summary>
public static class FakeJob
{
    /// <summary>A plan that starts this program as rank.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="mode">How the ranks behave.</param>
    /// <param name="steps">Steps of the job.</param>
    /// <param name="spares">Spare processes.</param>
    public static LaunchPlan Plan(RunFolder folder, string mode, int steps, int spares)
    {
        var model = new ModelSpec(2, 64, 4, 4, 16, 256, Activation.SwiGlu, 256, 128);
        var train = new TrainSpec(steps, 8, 4, Precision.Bf16, ProductFormat.Bf16, new OptimizerSpec(), Threads: 3);
        var job = new JobSpec(
            "fake", model, new DataSpec(["none"]), train, new ParallelSpec(Data: 2), new CheckpointSpec(),
            new ResilienceSpec(TimeSpan.FromSeconds(0.1), spares));
        var program = Path.Combine(AppContext.BaseDirectory, "Colossus.Launch.FakeWorker.dll");
        return new LaunchPlan(job, folder, "corpus", "dotnet", [program, mode, $"{steps}"]);
    }

    /// <summary>Supervises until the end, or until killed.</summary>
    /// <param name="folder">Where the run is made.</param>
    public static async Task<int> RunAsync(string folder)
    {
        var plan = Plan(RunFolder.Create(folder, "name: fake\n"), "plain", 100_000, 1);
        await new LocalLauncher(TimeProvider.System).RunAsync(plan, new PidFile(folder), CancellationToken.None, CancellationToken.None);
        return 0;
    }

    private sealed class PidFile(string folder) : ILaunchObserver
    {
        public void Happened(RunEvent runEvent)
        {
        }

        public void Spent(TimeRecord span)
        {
        }

        public void Processes(IReadOnlyList<LaunchedSlot> slots)
        {
            var file = Path.Combine(folder, "pids");
            File.WriteAllLines(file + ".new", slots.Select(slot => $"{slot.Pid}"));
            File.Move(file + ".new", file, overwrite: true);
        }
    }
}
