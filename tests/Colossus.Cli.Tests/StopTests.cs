using System.Diagnostics;
using System.Runtime.InteropServices;
using Colossus.Cli.Train;
using Colossus.Runs;

namespace Colossus.Cli.Tests;

public sealed class StopTests
{
    [Fact]
    public void The_first_interrupt_is_orderly_and_the_second_is_now()
    {
        var said = new List<string>();
        using var signals = new StopSignals(said.Add);
        signals.Take(PosixSignal.SIGINT);
        Assert.True(signals.Orderly.IsCancellationRequested);
        Assert.False(signals.Now.IsCancellationRequested);
        Assert.Contains("press Ctrl-C again", Assert.Single(said));
        signals.Take(PosixSignal.SIGINT);
        Assert.True(signals.Now.IsCancellationRequested);
    }

    [Fact]
    public void A_second_polite_request_changes_nothing()
    {
        using var signals = new StopSignals(_ => { });
        signals.Take(PosixSignal.SIGTERM);
        signals.Take(PosixSignal.SIGTERM);
        Assert.True(signals.Orderly.IsCancellationRequested);
        Assert.False(signals.Now.IsCancellationRequested);
        signals.Take(PosixSignal.SIGQUIT);
        Assert.True(signals.Now.IsCancellationRequested);
    }

    [Fact]
    public async Task Stop_signals_the_process_that_holds_the_run_and_waits_for_its_end()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "needs flock of util-linux");
        using var test = new TestHost();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "");
        using var supervisor = Start(run, "trap 'exit 0' TERM; echo held; while :; do read -r line < /dev/null; done");
        Assert.Equal(0, await test.Run("stop", run.Path));
        Assert.Contains($"asked process {supervisor.Id} to stop", test.Error);
        Assert.True(supervisor.WaitForExit(TimeSpan.FromSeconds(10)), "the supervisor did not end within 10 s");
        Assert.Equal(0, supervisor.ExitCode);
    }

    [Fact]
    public async Task Stop_gives_up_waiting_and_names_the_stronger_way()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "needs flock of util-linux");
        using var test = new TestHost();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "");
        using var supervisor = Start(run, "trap '' TERM; trap 'exit 3' QUIT; echo held; while :; do read -r line < /dev/null; done");
        Assert.Equal(ExitCode.Failed, await test.Run("stop", run.Path, "--wait", "0"));
        Assert.Contains("colossus stop --now", test.Error);
        Assert.Equal(0, await test.Run("stop", run.Path, "--now"));
        Assert.True(supervisor.WaitForExit(TimeSpan.FromSeconds(10)), "the supervisor did not end within 10 s");
        Assert.Equal(3, supervisor.ExitCode);
    }

    [Fact]
    public async Task Stop_of_a_run_that_has_ended_says_so()
    {
        using var test = new TestHost();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "");
        Assert.Equal(0, await test.Run("stop", "r"));
        Assert.Contains("is not running (interrupted)", test.Error);
    }

    /// <summary>A shell that holds the run's lock the way a supervisor does, and has written its name into it.</summary>
    private static Process Start(RunFolder run, string script)
    {
        // exec 9 opens the lock; the shell itself then holds it until it ends.
        var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec 9> \"$0\"; /usr/bin/flock 9; {script}", run.LockFile])
        {
            RedirectStandardOutput = true,
        })!;
        File.WriteAllText(run.SupervisorFile, $$"""{"pid":{{process.Id}},"host":"{{Environment.MachineName}}","started":"2026-01-02T12:00:00+00:00"}""");
        Assert.Equal("held", process.StandardOutput.ReadLine());
        return process;
    }
}
