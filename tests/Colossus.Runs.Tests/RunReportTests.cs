using System.Xml.Linq;
using Colossus.Plan.Layouts;
using Colossus.Protocol.Time;
using Colossus.Runs.Events;
using Colossus.Runs.Reports;
using Colossus.Runs.Time;

namespace Colossus.Runs.Tests;

public sealed class RunReportTests
{
    [Fact]
    public void The_page_is_well_formed_and_shows_curve_faults_and_time_and_no_markup_of_the_models()
    {
        using var temporary = new TemporaryFolder();
        var run = RunFolder.Create(temporary.Sub("r<1>"), "");
        using (var recorder = new RunRecorder(run))
        {
            recorder.Record(new StartedEvent(
                run.Path, "r", 4, 3, 1000, 1024, null, null, null, new RankAxes(Data: 2, Pipeline: 2), new Numerics(1, "fp32", "cpu", "x64 512-bit vectors", "EPYC <9R14>", "2.10.0")));
            for (var step = 1; step <= 3; step++)
            {
                recorder.Record(new StepEvent(step, step == 2 ? double.NaN : 5 - step, 2048, 0.5, 1e9, 1, 1e-3, 1024, 0.5, 0, VisibleTokens: 100 + step));
            }

            recorder.Record(new FaultEvent(1, 4711, "exited", "killed by signal 9", 2, 0));
            recorder.Record(new TextEvent("The", "<script>alert(1)</script>"));
            recorder.Record(new TimeRecord(0, 1, 0, 2, TimeBuckets.Zero.Plus(TimeBucket.Compute, 2)));
        }

        RunReport.Write(run);
        var page = File.ReadAllText(run.ReportFile);
        var body = XElement.Parse(page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)]);
        Assert.Equal(2, body.Descendants("polyline").Count());
        Assert.Equal(2, body.Descendants("line").Count(line => (string?)line.Attribute("class") == "mark"));
        Assert.Contains(body.Descendants("td"), cell => cell.Value == "2.00");
        Assert.Contains(body.Descendants("th"), cell => cell.Value == "rank 1 (data 1, pipeline 0)");
        Assert.Contains(body.Descendants("dd"), fact => fact.Value == "cpu, 1 thread a rank, products in fp32, libtorch 2.10.0, x64 512-bit vectors (EPYC <9R14>)");
        Assert.Contains(body.Descendants("dd"), fact => fact.Value == "102.0");
        Assert.Empty(body.Descendants("script"));
        Assert.Contains("killed by signal 9", body.Value);
    }

    [Fact]
    public void A_run_without_steps_has_a_page_too()
    {
        using var temporary = new TemporaryFolder();
        Assert.Contains("no data", RunReport.Render(RunFolder.Create(temporary.Sub("r"), "")));
    }

    [Theory]
    [InlineData(0, 300, 0, 100, 4)]
    [InlineData(1.87, 5.5, 2, 1, 4)]
    [InlineData(0.99, 1.01, 0.99, 0.005, 5)]
    public void Axes_stand_at_round_numbers(double low, double high, double first, double step, int count)
    {
        var ticks = LineChart.RoundNumbers(low, high);
        Assert.Equal(count, ticks.Count);
        Assert.Equal(first, ticks[0], 9);
        Assert.Equal(step, ticks[1] - ticks[0], 9);
    }

    [Fact]
    public void A_long_curve_is_thinned_but_reaches_from_end_to_end()
    {
        var svg = XElement.Parse(LineChart.Draw([.. Enumerable.Range(0, 100_000).Select(x => new ChartPoint(x, x))], [], "step"));
        var points = ((string)svg.Element("polyline")!.Attribute("points")!).Split(' ');
        Assert.Equal(1000, points.Length);
        Assert.StartsWith("64", points[0]);
        Assert.StartsWith("744", points[^1]);
    }
}
