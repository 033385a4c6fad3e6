using System.Diagnostics;
using System.Text.Json;

namespace Colossus.Scenarios;

/// <summary>Stops as clusters, shells and containers ask for them, and runs that must not be in each other's way.</summary>
[Collection("machine")] // they share the cores of a small machine: one after another
public sealed class SignalScenarios : IDisposable
{
    private readonly TinyJob job = new();

    [Theory]
    [InlineData(ColossusRun.Terminate)]
    [InlineData(ColossusRun.HangUp)]
    [InlineData(ColossusRun.User1)]
    [InlineData(ColossusRun.User2)]
    public void A_signal_to_the_whole_group_is_a_graceful_stop_also_where_no_restart_is_left(int signal)
    {
        using var run = ColossusRun.StartThrough(["setsid"], null, Train("group", "--set", "train.steps=100000", "--set", "resilience.maxRestarts=0"));
        run.WaitForStep(5);
        var workers = run.Workers();

        // Twice, as timeout does it.
        ColossusRun.Signal(-run.Id, signal);
        ColossusRun.TrySignal(-run.Id, signal);
        Assert.Equal(130, run.WaitForExit());
        var end = run.Events("finished").Single();
        Assert.Equal("stopped", end.GetProperty("status").GetString());
        Assert.Empty(run.Events("fault"));
        Assert.True(Directory.Exists(Path.Combine(job.Run("group"), "checkpoints", $"step-{end.GetProperty("steps").GetInt64():D6}")));
        Assert.Contains("stopping after the present step", run.Talk, StringComparison.Ordinal);
        Wait.Until(() => !workers.Any(ColossusRun.IsAlive), "the ranks to end");
    }

    [Fact]
    public void Under_nohup_a_closed_terminal_changes_nothing()
    {
        using var run = ColossusRun.StartThrough(["setsid", "nohup"], null, Train("nohup"));
        run.WaitForStep(3);
        ColossusRun.Signal(-run.Id, ColossusRun.HangUp);
        Assert.Equal(0, run.WaitForExit());
        Assert.Empty(run.Events("fault"));
    }

    [Theory]
    [InlineData("--now", "stopping now, without a checkpoint")]
    [InlineData("--wait=100", "stopping after the present step")]
    public void A_run_that_a_script_started_in_the_background_can_be_stopped(string how, string said)
    {
        // A shell without job control has what it starts with & ignore SIGINT and SIGQUIT.
        using var run = ColossusRun.StartThrough(["sh", "-c", "\"$@\" & wait $!", "sh"], null, Train("background", "--set", "train.steps=100000"));
        run.WaitForStep(3);
        using var stop = ColossusRun.Start("stop", job.Run("background"), how);
        Assert.True(stop.WaitForExit() == 0, stop.Talk);
        Assert.DoesNotContain("killed", stop.Talk, StringComparison.Ordinal);
        Assert.Equal(130, run.WaitForExit());
        Assert.Contains(said, run.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_in_another_container_takes_nothing_away_and_is_not_stopped_by_its_number()
    {
        string[] container = ["unshare", "-pf", "--mount-proc"];
        Assert.SkipUnless(Succeeds([.. container, "true"]), "this user may not make PID namespaces (unshare -pf --mount-proc)");
        string memory = Directory.CreateDirectory(job.Run("shm")).FullName;
        using (var first = ColossusRun.StartThrough([], memory, Train("first", "--set", "train.steps=100000")))
        {
            first.WaitForStep(3);
            string[] before = Directory.GetFiles(memory, "*-e0");
            using (var second = ColossusRun.StartThrough(container, memory, Train("second", "--set", "train.steps=100000")))
            {
                second.WaitForStep(3);
                Assert.Subset(Directory.GetFiles(memory, "*-e0").ToHashSet(), before.ToHashSet());

                // Neither can the one be stopped from where the other is.
                using var stop = ColossusRun.Start("stop", job.Run("second"));
                Assert.Equal(3, stop.WaitForExit());
                Assert.Contains("of another container", stop.Talk, StringComparison.Ordinal);
                using var back = ColossusRun.StartThrough(container, memory, "stop", job.Run("first"));
                Assert.Equal(3, back.WaitForExit());
            }

            // Its memory is whole: a fault costs it nothing.
            ColossusRun.Signal(first.Workers()[0], ColossusRun.Kill);
            Wait.Until(() => first.Events("recovered").Any(), "the first run to recover");
            ColossusRun.Signal(first.Id, ColossusRun.Terminate);
            Assert.Equal(130, first.WaitForExit());
            Assert.Single(first.Events("fault"));
        }
    }

    [Fact]
    public void What_a_run_left_in_memory_that_was_killed_altogether_goes_with_the_next_run()
    {
        string memory = Directory.CreateDirectory(job.Run("shm")).FullName;
        using (var killed = ColossusRun.StartThrough(["setsid"], memory, Train("killed")))
        {
            killed.WaitForStep(3);
            var workers = killed.Workers();
            ColossusRun.Signal(-killed.Id, ColossusRun.Kill);
            killed.WaitForExit();
            Wait.Until(() => !workers.Any(ColossusRun.IsAlive), "the ranks to end");
        }

        string[] left = Directory.GetFiles(memory);
        Assert.NotEmpty(left);
        using var next = ColossusRun.StartThrough([], memory, Train("next"));
        Assert.Equal(0, next.WaitForExit());
        Assert.Empty(Directory.GetFiles(memory));
    }

    [Fact]
    public void The_record_of_the_supervisor_tells_it_from_every_other_process()
    {
        using var run = ColossusRun.Start(Train("record", "--set", "train.steps=100000"));
        run.WaitForStep(1);
        using var record = JsonDocument.Parse(File.ReadAllText(Path.Combine(job.Run("record"), "supervisor.json")));
        Assert.Equal(run.Id, record.RootElement.GetProperty("pid").GetInt32());
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), record.RootElement.GetProperty("boot").GetString());
        Assert.True(record.RootElement.GetProperty("startTicks").GetInt64() > 0);
        Assert.Equal($"pid:[{record.RootElement.GetProperty("pidNamespace").GetInt64()}]", new FileInfo("/proc/self/ns/pid").LinkTarget);
        ColossusRun.Signal(run.Id, ColossusRun.Terminate);
        Assert.Equal(130, run.WaitForExit());
    }

    public void Dispose() => job.Dispose();

    private string[] Train(string name, params string[] more) => ["train", job.JobFile, "--run", job.Run(name), "--format", "json", .. more];

    private static bool Succeeds(string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true })!;
        return process.WaitForExit(TimeSpan.FromSeconds(10)) && process.ExitCode == 0;
    }
}
