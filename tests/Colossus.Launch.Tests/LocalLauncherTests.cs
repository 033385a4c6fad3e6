using Colossus.Launch.Local;
using Colossus.Processes;
using Colossus.Protocol.Time;
using Colossus.Runs.Events;
using Colossus.Runs.Time;
using Colossus.Supervision;

namespace Colossus.Launch.Tests;

// One after the other: they share a folder of memory, and look whether it is empty.
[Collection("launcher")]
public sealed class LocalLauncherTests
{
    [Fact]
    public async Task A_run_without_faults_completes_with_every_step_once()
    {
        using var run = new FakeRun("plain");
        var result = await run.Ended();
        Assert.Equal(new LaunchResult(RunOutcome.Completed, null, 30, 1.0 / 30, null, "weights-30", 0), result);
        Assert.Equal(Enumerable.Range(1, 30).Select(step => (long)step), run.Events.OfType<StepEvent>().Select(step => step.Step));
        NothingStays(run);
        Assert.Contains("threads 3 train --job", await File.ReadAllTextAsync(run.Plan.Folder.LogFile(0), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    public async Task A_killed_rank_is_replaced_and_no_step_is_missing(int rank, int spares)
    {
        using var run = new FakeRun("plain", 120, spares);
        await run.UntilStep(5);
        FakeRun.Signal("KILL", run.Pid(rank));
        var result = await run.Ended();
        Assert.Equal((RunOutcome.Completed, 120L, "weights-120", 1), (result.Outcome, result.Steps, result.WeightsSha256, result.Restarts));
        Assert.Equal(Enumerable.Range(1, 120).Select(step => (long)step), run.Events.OfType<StepEvent>().Select(step => step.Step));
        var fault = Assert.Single(run.Events.OfType<FaultEvent>());
        Assert.Equal((rank, "exited", $"rank {rank} was killed by signal 9"), (fault.Rank, fault.Kind, fault.Reason));
        Assert.Equal(1, Assert.Single(run.Events.OfType<RecoveredEvent>()).Epoch);
        TimeAddsUp(run);
        NothingStays(run);
    }

    [Fact]
    public async Task A_rank_that_hangs_is_found_out_killed_and_replaced()
    {
        using var run = new FakeRun("plain", 60);
        await run.UntilStep(5);
        FakeRun.Signal("STOP", run.Pid(1));
        var result = await run.Ended();
        Assert.Equal((RunOutcome.Completed, 60L), (result.Outcome, result.Steps));
        Assert.Equal("silent", Assert.Single(run.Events.OfType<FaultEvent>()).Kind);
        Assert.True(TimeTable.From(run.Spans).Rows[1].Buckets[TimeBucket.Detection] > 3);
        NothingStays(run);
    }

    [Fact]
    public async Task A_survivor_that_does_not_leave_its_epoch_is_replaced_too()
    {
        using var run = new FakeRun("stubborn", 120);
        await run.UntilStep(5);
        FakeRun.Signal("KILL", run.Pid(1));
        var result = await run.Ended();
        Assert.Equal((RunOutcome.Completed, 120L, 1), (result.Outcome, result.Steps, result.Restarts));
        Assert.Equal(2, run.Events.OfType<FaultEvent>().Count());
    }

    [Fact]
    public async Task An_orderly_stop_keeps_the_weights()
    {
        using var run = new FakeRun("plain", 100_000);
        await run.UntilStep(5);
        run.StopInOrder();
        var result = await run.Ended();
        Assert.Equal((RunOutcome.Stopped, $"weights-{result.Steps}"), (result.Outcome, result.WeightsSha256));
        NothingStays(run);
    }

    [Fact]
    public async Task A_stop_at_once_leaves_nothing()
    {
        using var run = new FakeRun("plain", 100_000);
        await run.UntilStep(5);
        run.StopNow();
        Assert.Equal(RunOutcome.Stopped, (await run.Ended()).Outcome);
        NothingStays(run);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("QUIT")]
    [InlineData("USR1")]
    [InlineData("USR2")]
    public async Task A_signal_to_the_ranks_is_left_to_the_supervisor(string signal)
    {
        using var run = new FakeRun("plain", 60);
        await run.UntilStep(5);
        foreach (var pid in run.Pids.Keys)
        {
            FakeRun.Signal(signal, pid);
        }

        Assert.Equal((RunOutcome.Completed, 60L, 0), await run.Ended() is var end ? (end.Outcome, end.Steps, end.Restarts) : default);
        NothingStays(run);
    }

    [Fact]
    public async Task Without_a_folder_for_shared_memory_the_run_fails_in_words()
    {
        var before = MemoryLease.Folder;
        Environment.SetEnvironmentVariable("COLOSSUS_SHM", "/nowhere/at/all");
        try
        {
            using var run = new FakeRun("plain");
            var result = await run.Ended();
            Assert.Equal(RunOutcome.Failed, result.Outcome);
            Assert.Contains("/nowhere/at/all", result.Reason);
        }
        finally
        {
            Environment.SetEnvironmentVariable("COLOSSUS_SHM", before);
        }
    }

    [Fact]
    public async Task A_failure_of_the_training_ends_the_run_with_its_reason()
    {
        using var run = new FakeRun("failing");
        var result = await run.Ended();
        Assert.Equal(RunOutcome.Failed, result.Outcome);
        Assert.Contains("five losses in a row were not finite", result.Reason);
        NothingStays(run);
    }

    [Fact]
    public async Task A_program_that_never_gets_ready_ends_the_run_with_its_last_words()
    {
        using var run = new FakeRun("broken");
        var result = await run.Ended();
        Assert.Equal(RunOutcome.Failed, result.Outcome);
        Assert.Contains("exited with code 3: no library named libfake", result.Reason);
        NothingStays(run);
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_ends_the_run_with_the_reason()
    {
        using var run = new FakeRun("plain", program: "/nowhere/at/all");
        var result = await run.Ended();
        Assert.Equal(RunOutcome.Failed, result.Outcome);
        Assert.Contains("could not be started", result.Reason);
        Assert.Contains("/nowhere/at/all", result.Reason);
        Assert.Empty(run.Pids);
        Assert.Empty(Directory.EnumerateFiles(MemoryLease.Folder, "colossus-*"));
    }

    [Fact]
    public async Task What_libraries_print_on_standard_output_goes_into_the_log_and_garbles_no_report()
    {
        using var run = new FakeRun("talkative");
        Assert.Equal((RunOutcome.Completed, 30L), await run.Ended() is var end ? (end.Outcome, end.Steps) : default);
        Assert.Equal(Enumerable.Range(1, 30).Select(step => (long)step), run.Events.OfType<StepEvent>().Select(step => step.Step));
        Assert.Contains("OMP: Warning", await File.ReadAllTextAsync(run.Plan.Folder.LogFile(0), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_loss_that_is_no_number_arrives()
    {
        using var run = new FakeRun("nan");
        await run.Ended();
        Assert.Equal(30, run.Events.OfType<StepEvent>().Count(step => double.IsNaN(step.Loss)));
    }

    private static void TimeAddsUp(FakeRun run)
    {
        var table = TimeTable.From(run.Spans);
        Assert.Equal([0, 1], table.Rows.Select(row => row.Rank));
        Assert.True(table.LargestGap < 1e-6);
        Assert.True(Math.Abs(table.Rows[0].WallSeconds - table.Rows[1].WallSeconds) < 0.1);
        Assert.All(table.Rows, row => Assert.All([TimeBucket.Compute, TimeBucket.Startup, TimeBucket.Restart], bucket => Assert.True(row.Buckets[bucket] > 0)));
    }

    private static void NothingStays(FakeRun run)
    {
        Assert.DoesNotContain(run.Pids.Keys, FakeRun.Lives);
        Assert.NotEmpty(run.Pids);
        Assert.Empty(Directory.EnumerateFiles(MemoryLease.Folder, "colossus-*"));
    }
}
