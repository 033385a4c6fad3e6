using System.Diagnostics;
using System.Text.Json;

namespace Colossus.Runs.Tests;

public sealed class RunFolderTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 30, 45, TimeSpan.Zero);
    private readonly TemporaryFolder temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void A_new_run_has_its_job_and_its_folders()
    {
        var run = RunFolder.Create(temporary.Path, "quick", Noon, "name: quick\n");
        Assert.Equal(temporary.Sub("quick-20260102-123045"), run.Path);
        Assert.Equal("name: quick\n", File.ReadAllText(run.JobFile));
        Assert.True(Directory.Exists(run.CheckpointsFolder));
        Assert.True(Directory.Exists(run.LogsFolder));
        Assert.Equal(run.Path, RunFolder.Open(run.Path + "/").Path);
    }

    [Fact]
    public void Two_runs_of_one_second_get_two_folders()
    {
        RunFolder.Create(temporary.Path, "quick", Noon, "");
        Assert.EndsWith("quick-20260102-123045-2", RunFolder.Create(temporary.Path, "quick", Noon, "").Path);
    }

    [Fact]
    public void A_folder_with_a_run_is_refused_and_the_way_to_continue_it_is_named()
    {
        var path = RunFolder.Create(temporary.Sub("r"), "").Path;
        var error = Assert.Throws<RunFolderException>(() => RunFolder.Create(path, "other"));
        Assert.Contains("holds a run already", error.Message);
        Assert.Contains("--resume " + path, error.Message);
        Assert.Equal("", File.ReadAllText(Path.Combine(path, "job.yaml")));
    }

    [Fact]
    public void A_folder_with_something_else_is_refused_but_an_empty_one_is_taken()
    {
        Directory.CreateDirectory(temporary.Sub("full/x"));
        Assert.Contains("is not empty", Assert.Throws<RunFolderException>(() => RunFolder.Create(temporary.Sub("full"), "")).Message);
        Directory.CreateDirectory(temporary.Sub("empty"));
        Assert.True(File.Exists(RunFolder.Create(temporary.Sub("empty"), "").JobFile));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named()
    {
        File.WriteAllText(temporary.Sub("file"), "");
        Assert.Contains("is a file", Assert.Throws<RunFolderException>(() => RunFolder.Create(temporary.Sub("file"), "")).Message);
        Assert.Contains(temporary.Sub("file/r"), Assert.Throws<RunFolderException>(() => RunFolder.Create(temporary.Sub("file/r"), "")).Message);
    }

    [Fact]
    public void Opening_what_is_not_there_names_the_runs_that_are()
    {
        var other = RunFolder.Create(temporary.Sub("other"), "");
        var error = Assert.Throws<RunFolderException>(() => RunFolder.Open(temporary.Sub("missing")));
        Assert.Contains(other.Path, error.Message);
        Assert.Contains("no job.yaml", Assert.Throws<RunFolderException>(() => RunFolder.Open(temporary.Path)).Message);
    }

    [Fact]
    public void A_run_has_one_supervisor_at_a_time()
    {
        var run = RunFolder.Create(temporary.Sub("r"), "");
        Assert.Null(run.LivingSupervisor());
        using (run.Take(new SupervisorRecord(4711, "here", Noon)))
        {
            Assert.Equal(4711, run.LivingSupervisor()?.Pid);
            var error = Assert.Throws<RunFolderException>(() => run.Take(new SupervisorRecord(1, "here", Noon)));
            Assert.Contains("process 4711", error.Message);
            Assert.Contains("colossus stop", error.Message);
        }

        Assert.Null(run.LivingSupervisor());
        using var next = run.Take(new SupervisorRecord(4712, "here", Noon));
        Assert.Equal(4712, run.LivingSupervisor()?.Pid);
    }

    [Fact]
    public void A_killed_supervisor_no_longer_holds_its_run()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "needs flock of util-linux");
        var run = RunFolder.Create(temporary.Sub("r"), "");
        File.WriteAllText(run.SupervisorFile, """{"pid":4711,"host":"h","started":"2026-01-02T12:00:00+00:00"}""");
        // A process of its own holds the lock the way a supervisor does, and says so.
        using var holder = Process.Start(new ProcessStartInfo("/usr/bin/flock", [run.LockFile, "sh", "-c", "echo held; exec cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", holder.StandardOutput.ReadLine());
        Assert.Equal(4711, run.LivingSupervisor()?.Pid);

        holder.Kill(entireProcessTree: true);
        Assert.True(holder.WaitForExit(TimeSpan.FromSeconds(10)), "the holder of the lock did not end within 10 s");
        Assert.True(SpinWait.SpinUntil(() => run.LivingSupervisor() is null, TimeSpan.FromSeconds(10)), "the lock was not released within 10 s");
    }

    [Fact]
    public void What_a_run_learns_from_reads_back_as_it_was_written()
    {
        var run = RunFolder.Create(temporary.Sub("r"), "");
        Assert.Null(run.ReadData());
        var data = new RunData("ab", "/shards/1", "/texts", "bytes", 40, 4, 900, 100, [new RunSource("a \"b\".txt", 1000, "ef")]);
        run.WriteData(data);
        var read = run.ReadData()!;
        Assert.Equal(data with { Sources = read.Sources }, read);
        Assert.Equal(data.Sources, read.Sources);
        using var json = JsonDocument.Parse(File.ReadAllText(run.DataFile));
        Assert.Equal("ef", json.RootElement.GetProperty("sources")[0].GetProperty("sha256").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"hash":"ab","folder":"/shards"}""")]
    public void A_record_of_data_that_is_damaged_is_said_to_be(string text)
    {
        var run = RunFolder.Create(temporary.Sub("r"), "");
        File.WriteAllText(run.DataFile, text);
        Assert.Contains("data.json cannot be read", Assert.Throws<RunFolderException>(() => run.ReadData()).Message);
    }
}
