using System.Diagnostics;

namespace Colossus.Processes.Tests;

public sealed class ProcessHandleTests
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_signal_reaches_the_process_that_is_meant()
    {
        using var child = Start();
        using var handle = ProcessHandle.TryOpen(IdentityOf(child));
        Assert.NotNull(handle);
        Assert.Null(handle.Send(StopSignal.Terminate));
        Assert.True(child.WaitForExit(patience), "the process did not end of SIGTERM");
        Assert.Equal(128 + StopSignal.Terminate, child.ExitCode);
    }

    [Fact]
    public void There_is_no_handle_on_whoever_has_the_number_now()
    {
        using var child = Start();
        var identity = IdentityOf(child);
        Assert.Null(ProcessHandle.TryOpen(identity with { StartTicks = identity.StartTicks - 1 }));
        Assert.Null(ProcessHandle.TryOpen(identity with { PidNamespace = identity.PidNamespace + 1 }));
        Assert.Null(ProcessHandle.TryOpen(identity with { Boot = "before" }));
        Assert.False(child.HasExited);
        child.Kill();
    }

    [Fact]
    public void A_signal_to_a_process_that_has_ended_meanwhile_reaches_nobody_and_is_no_error()
    {
        using var child = Start();
        using var handle = ProcessHandle.TryOpen(IdentityOf(child));
        child.Kill();
        Assert.True(child.WaitForExit(patience), "the process did not end of SIGKILL");
        Assert.Null(handle!.Send(StopSignal.Terminate));
        Assert.Null(ProcessHandle.TryOpen(handle.Process));
    }

    private static Process Start() => Process.Start(new ProcessStartInfo("/bin/sleep", ["60"]))!;

    private static ProcessIdentity IdentityOf(Process process) =>
        ProcessIdentity.Current with { Pid = process.Id, StartTicks = ProcessTable.OfThisMachine.StartOf(process.Id)!.Value };
}
