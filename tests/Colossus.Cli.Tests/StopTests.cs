using System.Diagnostics;
using System.Text.Json;
using Colossus.Processes;
using Colossus.Runs;

namespace Colossus.Cli.Tests;

public sealed class StopTests : IDisposable
{
    private readonly List<Process> started = [];

    public void Dispose()
    {
        // What a test that failed has not ended.
        foreach (var process in started)
        {
            process.Kill();
            process.Dispose();
        }
    }

    [Fact]
    public async Task Stop_signals_the_process_that_holds_the_run_and_waits_for_its_end()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "needs flock of util-linux");
        using var test = new TestHost();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "");
        var supervisor = Start(run, "trap 'exit 0' TERM; echo held; while :; do read -r line < /dev/null; done");
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
        var supervisor = Start(run, $"trap '' TERM; trap 'exit 3' {StopSignal.Now}; echo held; while :; do read -r line < /dev/null; done");
        Assert.Equal(ExitCode.Failed, await test.Run("stop", run.Path, "--wait", "0"));
        Assert.Contains("colossus stop --now", test.Error);
        Assert.Equal(0, await test.Run("stop", run.Path, "--now"));
        Assert.True(supervisor.WaitForExit(TimeSpan.FromSeconds(10)), "the supervisor did not end within 10 s");
        Assert.Equal(3, supervisor.ExitCode);
    }

    [Fact]
    public async Task Stop_now_kills_what_does_not_listen()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "needs flock of util-linux");
        using var test = new TestHost();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "");
        var supervisor = Start(run, $"trap '' {StopSignal.Now}; echo held; while :; do read -r line < /dev/null; done");
        Assert.Equal(0, await test.Run("stop", run.Path, "--now", "--wait", "0"));
        Assert.Contains("killed", test.Error);
        Assert.True(supervisor.WaitForExit(TimeSpan.FromSeconds(10)), "the supervisor did not end within 10 s");
        Assert.Equal(128 + StopSignal.Kill, supervisor.ExitCode);
    }

    [Theory]
    [InlineData("start", ExitCode.Failed, "nobody was signalled")]
    [InlineData("number", ExitCode.Failed, "nobody was signalled")]
    [InlineData("namespace", ExitCode.EnvironmentLacks, "of another container (host name")]
    [InlineData("machine", ExitCode.EnvironmentLacks, "on gpu-17 and cannot be reached from here; stop it there: colossus stop /")]
    public async Task Stop_signals_no_stranger_and_says_where_the_supervisor_is(string differs, int exit, string said)
    {
        using var test = new TestHost();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "");

        // Nobody but this process has the number, and a signal to it would end the tests.
        var own = ProcessIdentity.Current;
        using var held = run.Take(SupervisorRecord.Of(
            differs switch
            {
                "start" => own with { StartTicks = own.StartTicks - 1 },
                "number" => own with { Pid = int.MaxValue },
                "namespace" => own with { PidNamespace = own.PidNamespace + 1 },
                _ => own with { Boot = "another", Host = "gpu-17" },
            },
            default));
        Assert.Equal(exit, await test.Run("stop", run.Path));
        Assert.Contains(said, test.Error);
        Assert.DoesNotContain("asked process", test.Error);
    }

    [Fact]
    public async Task Stop_of_a_run_whose_supervisor_left_no_readable_name_signals_nobody()
    {
        using var test = new TestHost();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "");
        using var held = run.Take(SupervisorRecord.Unknown);
        File.WriteAllText(run.SupervisorFile, "{");
        Assert.Equal(ExitCode.Failed, await test.Run("stop", run.Path));
        Assert.Contains("fuser", test.Error);
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
    private Process Start(RunFolder run, string script)
    {
        // exec 9 opens the lock; the shell itself then holds it until it ends.
        var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec 9> \"$0\"; /usr/bin/flock 9; {script}", run.LockFile])
        {
            RedirectStandardOutput = true,
        })!;
        started.Add(process);
        Assert.Equal("held", process.StandardOutput.ReadLine());
        var identity = ProcessIdentity.Current with { Pid = process.Id, StartTicks = ProcessTable.OfThisMachine.StartOf(process.Id)!.Value };
        File.WriteAllText(run.SupervisorFile, JsonSerializer.Serialize(SupervisorRecord.Of(identity, default), RunJson.Default.SupervisorRecord));
        return process;
    }
}
