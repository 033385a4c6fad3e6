using Colossus.Runs.Events;

namespace Colossus.Runs.Tests;

public sealed class ExpertLoadTests
{
    private static readonly StepEvent step = new(3, 2.5, 1000, 0.4, 1e9, 0.7, 1e-3, 4096, 0.5, 0, ExpertLoads: [[10, 30, 40, 20], [25, 25, 45, 5]]);

    [Fact]
    public void Shares_are_of_a_layer_and_the_range_is_over_all_layers()
    {
        Assert.Equal(new ExpertLoad(0.05, 0.45, 0.25), ExpertLoad.Of(step.ExpertLoads));
        Assert.Equal("5.0 to 45.0 % of a layer's visits an expert (25.0 % if even)", ExpertLoad.Of(step.ExpertLoads)!.ToString());
        Assert.Null(ExpertLoad.Of(null));
        Assert.Null(ExpertLoad.Of([[0, 0]]));
    }

    [Fact]
    public void Events_metrics_summary_and_page_have_the_loads_of_a_step()
    {
        using var temporary = new TemporaryFolder();
        var run = RunFolder.Create(temporary.Sub("r"), "");
        using (var recorder = new RunRecorder(run))
        {
            recorder.Record(step);
        }

        const string Loads = "\"expertLoads\":[[10,30,40,20],[25,25,45,5]]";
        Assert.Contains(Loads, File.ReadAllText(run.EventsFile));
        Assert.Contains(Loads, File.ReadAllText(run.MetricsFile));
        Assert.Equal(0.45, RunSummary.Read(run).ExpertLoad!.Most);
        Assert.Contains("5.0 to 45.0 %", Reports.RunReport.Render(run));
    }
}
