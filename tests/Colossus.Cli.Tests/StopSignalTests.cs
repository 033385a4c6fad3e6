using System.Runtime.InteropServices;
using Colossus.Cli.Train;
using Colossus.Processes;

namespace Colossus.Cli.Tests;

public sealed class StopSignalTests : IDisposable
{
    private readonly ManualTime time = new();
    private readonly List<string> said = [];
    private readonly StopSignals signals;

    public StopSignalTests() => signals = new StopSignals(said.Add, time);

    public static TheoryData<PosixSignal> Polite() =>
        [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, StopSignal.User1, StopSignal.User2];

    [Theory]
    [MemberData(nameof(Polite))]
    public void The_first_signal_asks_for_a_graceful_stop(PosixSignal signal)
    {
        signals.Take(signal);
        Asked(graceful: true, atOnce: false);
        Assert.Single(said);
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGTERM)]
    public void The_same_signal_a_second_later_means_now_but_not_sooner(PosixSignal signal)
    {
        signals.Take(signal);
        time.Pass(0.9);
        signals.Take(signal);
        Asked(graceful: true, atOnce: false);
        time.Pass(0.1);
        signals.Take(signal);
        Asked(graceful: true, atOnce: true);
        Assert.Equal("stopping now, without a checkpoint", said[^1]);
    }

    [Fact]
    public void A_warning_ahead_of_a_limit_and_the_signal_at_the_limit_are_one_graceful_stop()
    {
        foreach (var signal in (PosixSignal[])[StopSignal.User1, StopSignal.User1, StopSignal.User2, PosixSignal.SIGHUP, PosixSignal.SIGHUP, PosixSignal.SIGTERM])
        {
            signals.Take(signal);
            time.Pass(60);
        }

        Asked(graceful: true, atOnce: false);
    }

    [Fact]
    public void The_signal_of_stop_now_and_of_the_keyboard_mean_now_at_once()
    {
        signals.Take((PosixSignal)StopSignal.Now);
        Asked(graceful: false, atOnce: true);
        using var keyboard = new StopSignals(said.Add, time);
        keyboard.Take(PosixSignal.SIGQUIT);
        Assert.True(keyboard.Now.IsCancellationRequested);
    }

    [Fact]
    public void Who_stops_hears_what_will_happen_and_how_long_it_may_take()
    {
        signals.Outlook = () => StopOutlook.Of(2.1, 0.4);
        signals.Take(PosixSignal.SIGINT);
        Assert.Equal(["stopping after the present step (about 2.1 s), with a checkpoint (the last one took 400 ms); press Ctrl-C again to stop now"], said);
        Assert.Equal("after the present step, with a checkpoint", StopOutlook.Of(null, null));
    }

    public void Dispose() => signals.Dispose();

    private void Asked(bool graceful, bool atOnce) =>
        Assert.Equal((graceful, atOnce), (signals.Orderly.IsCancellationRequested, signals.Now.IsCancellationRequested));
}
