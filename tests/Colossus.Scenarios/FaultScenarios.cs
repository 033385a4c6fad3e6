using System.Globalization;

namespace Colossus.Scenarios;

/// <summary>Whatever is killed, and whenever: the final weights are those of an undisturbed run.</summary>
[Collection("machine")] // they share the cores of a small machine: one after another
public sealed class FaultScenarios : IDisposable
{
    private readonly TinyJob job = new();
    private readonly Random random;

    public FaultScenarios()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("COLOSSUS_SEED"), CultureInfo.InvariantCulture, out int chosen) ? chosen : Environment.TickCount;
        random = new Random(seed);
        TestContext.Current.TestOutputHelper?.WriteLine($"the moments follow from a seed; the same again: COLOSSUS_SEED={seed} ./test {TestContext.Current.TestMethod?.MethodName}");
    }

    [Fact]
    public void A_killed_rank_costs_nothing_of_the_result()
    {
        string expected = Undisturbed();
        using var run = Start("killed");
        run.WaitForStep(random.Next(3, 30));
        ColossusRun.Signal(run.Workers()[random.Next(2)], ColossusRun.Kill);
        Assert.Equal(0, run.WaitForExit());
        Assert.Single(run.Events("fault"));
        Assert.Equal(expected, Fingerprint(run));
        Assert.Equal(1, run.Events("finished").Single().GetProperty("restarts").GetInt32());
    }

    [Fact]
    public void All_ranks_killed_at_once_cost_nothing_of_the_result()
    {
        string expected = Undisturbed();
        using var run = Start("all-killed");
        run.WaitForStep(random.Next(3, 30));
        foreach (int worker in run.Workers())
        {
            ColossusRun.Signal(worker, ColossusRun.Kill);
        }

        Assert.Equal(0, run.WaitForExit());
        Assert.Equal(expected, Fingerprint(run));
    }

    [Fact]
    public void A_killed_supervisor_leaves_no_orphan_and_resume_ends_with_the_same_weights()
    {
        string expected = Undisturbed();
        using (var run = Start("orphans"))
        {
            run.WaitForStep(random.Next(11, 30));
            var workers = run.Workers();
            ColossusRun.Signal(run.Id, ColossusRun.Kill);
            Wait.Until(() => !workers.Any(ColossusRun.IsAlive), "the ranks of a killed supervisor to end");
        }

        Assert.Equal(expected, Resume("orphans", out _));
    }

    [Fact]
    public void Interrupted_once_it_stops_with_a_checkpoint_and_resumes_to_the_same_weights()
    {
        string expected = Undisturbed();
        using (var run = Start("stopped"))
        {
            run.WaitForStep(random.Next(3, 25));

            // As a terminal does it: the whole process group hears of it.
            foreach (int process in (int[])[.. run.Workers(), run.Id])
            {
                ColossusRun.Signal(process, ColossusRun.Interrupt);
            }

            Assert.Equal(130, run.WaitForExit());
            var end = run.Events("finished").Single();
            Assert.Equal("stopped", end.GetProperty("status").GetString());
            Assert.True(Directory.Exists(Path.Combine(job.Run("stopped"), "checkpoints", $"step-{end.GetProperty("steps").GetInt64():D6}")));
        }

        Assert.Equal(expected, Resume("stopped", out _));
    }

    [Fact]
    public void Interrupted_twice_it_ends_at_once_without_orphans()
    {
        using var run = Start("twice", "--set", "train.steps=100000");
        run.WaitForStep(5);
        var workers = run.Workers();
        // The ranks are frozen, so that the run cannot end gracefully before the second one counts.
        foreach (int worker in workers)
        {
            ColossusRun.Signal(worker, ColossusRun.Freeze);
        }

        Wait.Until(() => run.HasExited || !ColossusRun.TrySignal(run.Id, ColossusRun.Interrupt) || run.Talk.Contains("stopping now", StringComparison.Ordinal), "the second interrupt to count");
        Assert.Equal(130, run.WaitForExit());
        Assert.Contains("stopping now", run.Talk, StringComparison.Ordinal);
        Wait.Until(() => !workers.Any(ColossusRun.IsAlive), "the ranks to end");
    }

    [Fact]
    public void Without_its_checkpoint_folder_training_goes_on_and_says_so()
    {
        string expected = Undisturbed();
        using var run = Start("folder-gone");
        run.WaitForStep(3);
        string folder = Path.Combine(job.Run("folder-gone"), "checkpoints");
        Directory.Delete(folder, recursive: true);
        File.WriteAllText(folder, "in the way");
        Assert.Equal(1, run.WaitForExit());
        Assert.NotEmpty(run.Events("checkpointFailed"));
        AssertUnsaved(run, "there is no good checkpoint");
        Assert.Equal(expected, Fingerprint(run));
    }

    [Fact]
    public void A_checkpoint_folder_that_is_removed_during_the_run_is_made_again()
    {
        string expected = Undisturbed();
        using var run = Start("folder-removed");
        run.WaitForStep(3);
        Directory.Delete(Path.Combine(job.Run("folder-removed"), "checkpoints"), recursive: true);
        Assert.Equal(0, run.WaitForExit());
        Assert.Equal(expected, Fingerprint(run));
        Assert.True(Directory.Exists(Path.Combine(job.Run("folder-removed"), "checkpoints", "step-000040")));
    }

    [Fact]
    public void On_a_disk_for_one_checkpoint_the_first_one_stays_and_the_run_says_that_its_end_is_lost()
    {
        string expected = Undisturbed();
        string folder = Directory.CreateDirectory(Path.Combine(job.Run("full"))).FullName;
        Assert.SkipUnless(Mount("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder), "mounting a small file system needs root");
        try
        {
            using var run = Start("full");
            Assert.Equal(1, run.WaitForExit());
            Assert.NotEmpty(run.Events("checkpointFailed"));
            AssertUnsaved(run, "newest good checkpoint: step 10 of 40");
            Assert.Equal(10, run.Events("finished").Single().GetProperty("savedStep").GetInt64());
            Assert.Equal(expected, Fingerprint(run));
            Assert.Equal(["step-000010"], Directory.GetDirectories(Path.Combine(folder, "checkpoints")).Select(Path.GetFileName));
        }
        finally
        {
            Mount("umount", folder);
        }
    }

    [Fact]
    public void On_a_disk_for_two_checkpoints_older_ones_make_room_and_the_end_is_saved()
    {
        string expected = Undisturbed();
        string folder = Directory.CreateDirectory(Path.Combine(job.Run("tight"))).FullName;
        Assert.SkipUnless(Mount("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder), "mounting a small file system needs root");
        try
        {
            using var run = Start("tight", "--set", "checkpoint.keep=10");
            Assert.True(run.WaitForExit() == 0, run.Talk);
            Assert.Equal(expected, Fingerprint(run));
            Assert.Contains(run.Events("checkpoint"), one => one.GetProperty("madeRoom").ValueKind == System.Text.Json.JsonValueKind.Array);
            Assert.True(Directory.Exists(Path.Combine(folder, "checkpoints", "step-000040")));
        }
        finally
        {
            Mount("umount", folder);
        }
    }

    [Theory]
    [InlineData("parallel.data=2", "parallel.pipeline=1")]
    [InlineData("parallel.data=1", "parallel.pipeline=2")]
    public void What_a_fault_interrupted_evaluation_or_checkpoint_is_made_up_for(string data, string pipeline)
    {
        // Much held-out text: the rank dies while step 10 is evaluated, before its checkpoint.
        using var run = Start(
            "made-up", "--set", data, "--set", pipeline, "--set", "data.holdout=0.5", "--set", "train.evaluateSequences=100000", "--set", "train.evaluateEvery=10", "--set", "checkpoint.keep=10");
        run.WaitForStep(10);
        ColossusRun.Signal(run.Workers()[random.Next(2)], ColossusRun.Kill);
        Assert.Equal(0, run.WaitForExit());
        Assert.NotEmpty(run.Events("fault"));
        Assert.Equal([10, 20, 30, 40], run.Events("evaluation").Select(one => one.GetProperty("step").GetInt64()));
        Assert.Equal([1, 2, 3, 4], run.Events("checkpoint").Select(one => one.GetProperty("step").GetInt64() / 10).Distinct());
    }

    [Fact]
    public void Resumed_from_an_earlier_step_it_ends_with_the_same_weights_and_sets_the_later_checkpoints_aside()
    {
        string expected;
        using (var run = Start("earlier", "--set", "checkpoint.keep=10"))
        {
            Assert.True(run.WaitForExit() == 0, run.Talk);
            expected = Fingerprint(run);
        }

        using var again = ColossusRun.Start("train", "--resume", job.Run("earlier"), "--step", "20", "--format", "json");
        Assert.True(again.WaitForExit() == 0, again.Talk);
        Assert.Equal(expected, Fingerprint(again));
        Assert.Equal(21, again.Events("step").First().GetProperty("step").GetInt64());
        Assert.Equal(
            ["step-000010", "step-000020", "step-000030", "step-000030.aside-1", "step-000040", "step-000040.aside-1"],
            Directory.GetDirectories(Path.Combine(job.Run("earlier"), "checkpoints")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_truncated_checkpoint_is_found_and_the_one_before_is_used()
    {
        string expected = Undisturbed();
        using (var run = Start("truncated"))
        {
            run.WaitForStep(35);
            ColossusRun.Signal(run.Id, ColossusRun.Kill);
            run.WaitForExit();
        }

        string newest = Directory.GetDirectories(Path.Combine(job.Run("truncated"), "checkpoints"), "step-??????").Order(StringComparer.Ordinal).Last();
        using (var file = File.OpenWrite(Path.Combine(newest, "rank-0000.safetensors")))
        {
            file.SetLength(file.Length - 1);
        }

        Assert.Equal(expected, Resume("truncated", out string talk));
        Assert.Contains("rank-0000.safetensors", talk, StringComparison.Ordinal);
    }

    [Fact]
    public void A_frozen_rank_is_replaced_and_costs_nothing_of_the_result()
    {
        string expected = Undisturbed();
        using var run = Start("frozen", "--set", "resilience.heartbeat=0.1s");
        run.WaitForStep(random.Next(3, 20));
        ColossusRun.Signal(run.Workers()[random.Next(2)], ColossusRun.Freeze);
        Assert.Equal(0, run.WaitForExit());
        Assert.NotEmpty(run.Events("fault"));
        Assert.Equal(expected, Fingerprint(run));
    }

    [Fact]
    public void A_rank_that_dies_behind_the_last_step_leaves_evaluation_and_checkpoint_done()
    {
        // Much held-out text: the ranks are still evaluating it when they are killed.
        string[] longEvaluation = ["--set", "data.holdout=0.5", "--set", "train.evaluateSequences=100000"];
        using var undisturbed = Start("undisturbed", longEvaluation);
        Assert.True(undisturbed.WaitForExit() == 0, undisturbed.Talk);
        using var run = Start("late", longEvaluation);
        run.WaitForStep(40);
        foreach (int worker in run.Workers().Take(2))
        {
            ColossusRun.Signal(worker, ColossusRun.Kill);
        }

        Assert.Equal(0, run.WaitForExit());
        Assert.NotEmpty(run.Events("fault"));
        Assert.Equal(Fingerprint(undisturbed), Fingerprint(run));
        Assert.Equal(
            undisturbed.Events("finished").Single().GetProperty("bitsPerByte").GetDouble(),
            run.Events("finished").Single().GetProperty("bitsPerByte").GetDouble());
        Assert.True(Directory.Exists(Path.Combine(job.Run("late"), "checkpoints", "step-000040")));
    }

    [Fact]
    public void A_frozen_rank_ends_with_its_killed_supervisor()
    {
        using var run = Start("frozen-orphan", "--set", "train.steps=100000");
        run.WaitForStep(3);
        var workers = run.Workers();
        ColossusRun.Signal(workers[0], ColossusRun.Freeze);
        ColossusRun.Signal(run.Id, ColossusRun.Kill);
        Wait.Until(() => !workers.Any(ColossusRun.IsAlive), "the frozen rank to end");
    }

    [Fact]
    public void Three_ranks_train_and_one_resumes_their_checkpoint()
    {
        using (var run = ColossusRun.Start("train", job.JobFile, "--run", job.Run("three"), "--format", "json", "--set", "parallel.data=3"))
        {
            Assert.Equal(0, run.WaitForExit());
        }

        using var one = ColossusRun.Start("train", "--resume", job.Run("three"), "--format", "json", "--set", "train.steps=45", "--set", "parallel.data=1");
        Assert.True(one.WaitForExit() == 0, one.Talk);
        Assert.Equal(45, one.Events("finished").Single().GetProperty("steps").GetInt64());
    }

    public void Dispose() => job.Dispose();

    private ColossusRun Start(string name, params string[] more) =>
        ColossusRun.Start(["train", job.JobFile, "--run", job.Run(name), "--format", "json", .. more]);

    private string Undisturbed()
    {
        using var run = Start("undisturbed");
        Assert.True(run.WaitForExit() == 0, run.Talk);
        return Fingerprint(run);
    }

    private string Resume(string name, out string talk)
    {
        using var run = ColossusRun.Start("train", "--resume", job.Run(name), "--format", "json");
        Assert.True(run.WaitForExit() == 0, run.Talk);
        talk = run.Talk;
        return Fingerprint(run);
    }

    private static bool Mount(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static void AssertUnsaved(ColossusRun run, string left)
    {
        Assert.Equal("unsaved", run.Events("finished").Single().GetProperty("status").GetString());
        Assert.Contains("the weights of step 40 were not saved.", run.Talk, StringComparison.Ordinal);
        Assert.Contains(left, run.Talk, StringComparison.Ordinal);
    }

    private static string Fingerprint(ColossusRun run) => run.Events("finished").Single().GetProperty("weightsSha256").GetString()!;
}
