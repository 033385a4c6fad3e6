using System.IO.Pipelines;
using System.Text;
using Colossus.Launch.Protocol;

namespace Colossus.Launch.Tests;

public sealed class ProtocolTests
{
    public static TheoryData<RankOrder> Orders() =>
    [
        new AssignOrder(3, 1, 2, "colossus-1-2-e3", "colossus-1-2-e2", 2, null, 17),
        new AbortOrder(3),
        new StopOrder(true),
        new ExitOrder(),
    ];

    public static TheoryData<RankReport> Reports() =>
    [
        new ReadyReport(4711),
        new JoinedReport(0, 5),
        new StepReport(0, 5, double.NaN, double.PositiveInfinity, 1e-3, 1024, 0.5, true, "not finite"),
        new EvaluationReport(5, 1.5, 2.1),
        new CheckpointReport(5, "step-000005", 1024, 0.5, 0.1),
        new CheckpointFailedReport(5, "no space left"),
        new CheckpointPostponedReport(50, "the loss of this step was not finite"),
        new ParkedReport(0),
        new TextReport("The ", "value\nof \"it\""),
        new FailedReport(0, "nonFinite", "five in a row"),
    ];

    [Theory]
    [MemberData(nameof(Orders))]
    public void An_order_is_one_line_and_comes_back_as_it_was(RankOrder order)
    {
        var line = Encoding.UTF8.GetString(ProtocolJson.Line(order));
        Assert.DoesNotContain('\n', line);
        Assert.Equal(order, ProtocolJson.Order(line));
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public void A_report_is_one_line_and_comes_back_as_it_was(RankReport report)
    {
        var line = Encoding.UTF8.GetString(ProtocolJson.Line(report));
        Assert.DoesNotContain('\n', line);
        Assert.Equal(report, ProtocolJson.Report(line));
    }

    [Fact]
    public void The_type_comes_by_name_and_buckets_by_theirs()
    {
        var line = Encoding.UTF8.GetString(ProtocolJson.Line(new AliveReport(0, 1, "forward", new Dictionary<string, double> { ["exposedCommunication"] = 2 }) { At = 9 }));
        Assert.Equal("""{"type":"alive","epoch":0,"step":1,"phase":"forward","buckets":{"exposedCommunication":2},"at":9}""", line);
    }

    [Theory]
    [InlineData("")]
    [InlineData("OMP: warning")]
    [InlineData("{\"type\":\"unheard\"}")]
    [InlineData("{\"type\":\"step\",\"step\":\"x\"}")]
    public void A_line_that_is_no_report_is_none(string line) => Assert.Null(ProtocolJson.Report(line));

    [Fact]
    public void A_channel_delivers_orders_and_says_once_that_the_supervisor_is_gone()
    {
        var orders = new Pipe();
        using var reports = new MemoryStream();
        var channel = new RankChannel(orders.Reader.AsStream(), reports);
        using var heard = new SemaphoreSlim(0);
        using var gone = new SemaphoreSlim(0);
        RankOrder? last = null;
        channel.Start(
            order =>
            {
                last = order;
                heard.Release();
            },
            () => gone.Release());
        using (var pipe = orders.Writer.AsStream())
        {
            pipe.Write([.. "noise\n"u8, .. ProtocolJson.Line(new AbortOrder(7)), (byte)'\n']);
            pipe.Flush();
            Assert.True(heard.Wait(FakeRun.Patience, TestContext.Current.CancellationToken));
            Assert.Equal(new AbortOrder(7), last);
            channel.Report(new ParkedReport(7));
            Assert.True(Assert.IsType<ParkedReport>(ProtocolJson.Report(Encoding.UTF8.GetString(reports.ToArray()))).At > 0);
        }

        Assert.True(gone.Wait(FakeRun.Patience, TestContext.Current.CancellationToken));
        reports.Dispose();
        channel.Report(new ParkedReport(7));
        Assert.Equal(0, gone.CurrentCount);
    }
}
