using System.IO.Pipelines;
using System.Text;
using Colossus.Protocol.Time;
using Colossus.Testing;

namespace Colossus.Protocol.Tests;

public sealed class ProtocolTests
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    public static TheoryData<RankOrder> Orders() => [.. SampleMessages.Orders];

    public static TheoryData<RankReport> Reports() => [.. SampleMessages.Reports];

    [Fact]
    public void Every_kind_of_message_is_among_the_samples()
    {
        var kinds = typeof(RankReport).Assembly.GetTypes().Where(type => !type.IsAbstract && (type.IsSubclassOf(typeof(RankOrder)) || type.IsSubclassOf(typeof(RankReport))));
        Assert.Equal(kinds.Select(type => type.Name).Order(), SampleMessages.Orders.Concat<object>(SampleMessages.Reports).Select(sample => sample.GetType().Name).Order());
    }

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
    public void The_type_comes_by_name_and_phase_and_buckets_by_theirs()
    {
        var line = Encoding.UTF8.GetString(ProtocolJson.Line(new AliveReport(1, TimeBucket.ExposedPipeline, TimeBuckets.Zero.Plus(TimeBucket.ExposedData, 2)) { At = 9 }));
        Assert.StartsWith("""{"type":"alive","step":1,"phase":"exposedPipeline","buckets":{"compute":0,"exposedData":2,"exposedTensor":0,""", line);
        Assert.EndsWith(""","epoch":-1,"at":9}""", line);
    }

    [Fact]
    public void Loads_of_experts_come_back_layer_by_layer()
    {
        var line = Encoding.UTF8.GetString(ProtocolJson.Line(new StepReport(1, 2, 3, 4, 5, 6, ExpertLoads: [[1, 2], [3, 0]])));
        Assert.Equal([[1, 2], [3, 0]], Assert.IsType<StepReport>(ProtocolJson.Report(line)).ExpertLoads!);
    }

    [Fact]
    public void Claims_that_are_no_time_and_unknown_buckets_are_passed_over()
    {
        var report = ProtocolJson.Report("""{"type":"alive","step":1,"phase":"compute","buckets":{"compute":"NaN","lunch":[{"a":1}],"data":-1,"idle":null,"optimizer":1e999,"checkpoint":2}}""");
        Assert.Equal(TimeBuckets.Zero.Plus(TimeBucket.Checkpoint, 2), Assert.IsType<AliveReport>(report).Buckets);
    }

    [Theory]
    [InlineData("")]
    [InlineData("OMP: warning")]
    [InlineData("{\"type\":\"unheard\"}")]
    [InlineData("{\"type\":\"step\",\"step\":\"x\"}")]
    [InlineData("{\"type\":\"alive\",\"phase\":\"lunch\"}")]
    [InlineData("{\"type\":\"alive\",\"phase\":3}")]
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
            Assert.True(heard.Wait(patience, TestContext.Current.CancellationToken));
            Assert.Equal(new AbortOrder(7), last);
            channel.Report(new ParkedReport { Epoch = 7 });
            Assert.True(Assert.IsType<ParkedReport>(ProtocolJson.Report(Encoding.UTF8.GetString(reports.ToArray()))).At > 0);
        }

        Assert.True(gone.Wait(patience, TestContext.Current.CancellationToken));
        reports.Dispose();
        channel.Report(new ParkedReport { Epoch = 7 });
        Assert.Equal(0, gone.CurrentCount);
    }
}
