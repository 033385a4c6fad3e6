using System.Diagnostics;
using Colossus.Launch.Local;

namespace Colossus.Launch.Tests;

// One after the other: the segments of a process bear its name, so two runs at once would share them.
[Collection("launcher")]
public sealed class LeftBehindTests
{
    [Fact]
    public async Task When_the_supervisor_is_killed_its_ranks_end_and_the_next_one_removes_its_memory()
    {
        var folder = Directory.CreateTempSubdirectory("colossus-orphans-").FullName;
        var memory = Path.Combine(folder, "shm");
        Directory.CreateDirectory(memory);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Colossus.Launch.FakeWorker.dll"), "supervise", Path.Combine(folder, "run")]);
        start.Environment["COLOSSUS_SHM"] = SegmentFiles.Folder;
        using var supervisor = Process.Start(start)!;
        var segments = $"colossus-{supervisor.Id}-*";
        try
        {
            await Until(() => Pids(folder).Length == 3 && Directory.EnumerateFiles(SegmentFiles.Folder, segments).Any());
        }
        finally
        {
            supervisor.Kill();
            await supervisor.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await Until(() => !Pids(folder).Any(FakeRun.Lives));
        Assert.NotEmpty(Directory.EnumerateFiles(SegmentFiles.Folder, segments));
        SegmentFiles.Own().RemoveThoseOfTheDead();
        Assert.Empty(Directory.EnumerateFiles(SegmentFiles.Folder, segments));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Segments_of_the_living_and_files_of_others_stay()
    {
        var own = SegmentFiles.Own();
        const int epoch = 900_001;
        string[] files = [own.Name(epoch), own.Name(epoch + 1), "colossus-notes"];
        var paths = files.Select(file => Path.Combine(SegmentFiles.Folder, file)).ToArray();
        Array.ForEach(paths, path => File.WriteAllText(path, ""));
        own.RemoveThoseOfTheDead();
        Assert.All(paths, path => Assert.True(File.Exists(path)));
        own.Remove(epoch);
        Assert.Equal([false, true, true], paths.Select(File.Exists));
        Array.ForEach(paths, File.Delete);
    }

    private static int[] Pids(string folder)
    {
        var file = Path.Combine(folder, "run", "pids");
        return File.Exists(file) ? [.. File.ReadAllLines(file).Select(int.Parse)] : [];
    }

    private static async Task Until(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < FakeRun.Patience, "it did not happen in time");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
