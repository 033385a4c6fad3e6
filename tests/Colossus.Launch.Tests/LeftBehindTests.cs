using System.Diagnostics;
using Colossus.Processes;

namespace Colossus.Launch.Tests;

// One after the other: they share a folder of memory, and look whether it is empty.
[Collection("launcher")]
public sealed class LeftBehindTests
{
    [Fact]
    public async Task When_the_supervisor_is_killed_its_ranks_end_and_the_next_one_removes_its_memory()
    {
        var folder = Directory.CreateTempSubdirectory("colossus-orphans-").FullName;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Colossus.Launch.FakeWorker.dll"), "supervise", Path.Combine(folder, "run")]);
        using var supervisor = Process.Start(start)!;
        try
        {
            await Wait.Until("three processes and shared memory", () => Pids(folder).Length == 3 && Memory().Any(file => file.Contains("-e0", StringComparison.Ordinal)));
            Assert.Empty(MemoryLease.RemoveAbandoned());
        }
        finally
        {
            supervisor.Kill();
            await supervisor.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await Wait.Until("the end of the ranks", () => !Pids(folder).Any(FakeRun.Lives));
        Assert.NotEmpty(Memory());

        // A process is gone a moment before the last of its threads has let go of its files.
        await Wait.Until("shared memory that nobody holds", () => MemoryLease.RemoveAbandoned().Count == 1);
        Assert.Empty(Memory());
        Directory.Delete(folder, recursive: true);
    }

    private static string[] Memory() => Directory.GetFiles(MemoryLease.Folder, "colossus-*");

    private static int[] Pids(string folder)
    {
        var file = Path.Combine(folder, "run", "pids");
        return File.Exists(file) ? [.. File.ReadAllLines(file).Select(int.Parse)] : [];
    }
}
