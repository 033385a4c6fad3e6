using System.Text.Json;
using Colossus.Protocol.Time;
using Colossus.Runs.Events;
using Colossus.Runs.Time;

namespace Colossus.Runs.Tests;

public sealed class RunRecorderTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void What_is_recorded_can_be_read_while_the_run_goes_on()
    {
        var run = RunFolder.Create(temporary.Sub("r"), "");
        using var recorder = new RunRecorder(run);
        recorder.Record(Started(null));
        recorder.Record(Step(1, 5));
        recorder.Record(new TimeRecord(0, 1, 0, 2, TimeBuckets.Zero.Plus(TimeBucket.Compute, 2)));
        recorder.Record((TimeRecord?)null);

        Assert.Equal(["StartedEvent", "StepEvent"], RunReader.Events(run).Select(one => one.GetType().Name));
        Assert.Equal(5, Assert.Single(RunReader.Metrics(run)).Loss);
        Assert.Equal(2, Assert.Single(RunReader.Time(run)).Buckets[TimeBucket.Compute]);
        Assert.Equal("running", RunningStatus(run));
    }

    [Fact]
    public void A_step_computed_again_after_a_fault_counts_once()
    {
        var run = RunFolder.Create(temporary.Sub("r"), "");
        using (var first = new RunRecorder(run))
        {
            first.Record(Started(null));
            first.Record(Step(1, 5));
            first.Record(Step(2, 4));
            first.Record(Step(3, 3));
        }

        using var second = new RunRecorder(run);
        Assert.Equal(1, second.Session);
        second.Record(Started(1));
        second.Record(Step(2, 4));
        second.Record(Step(3, 3.5));
        Assert.Equal([5, 4, 3.5], RunReader.Metrics(run).Select(step => step.Loss));
        Assert.Equal([0, 1, 1], RunReader.Metrics(run).Select(step => step.Session));
    }

    [Fact]
    public void Each_line_of_the_metrics_says_which_session_and_which_ranks_computed_it()
    {
        var run = RunFolder.Create(temporary.Sub("r"), "");
        using (var first = new RunRecorder(run))
        {
            first.Record(Started(null));
            first.Record(Step(1, 5));
            first.Record(Step(2, 4) with { Epoch = 1 }); // after a recovery
        }

        using (var second = new RunRecorder(run))
        {
            second.Record(Started(1));
            second.Record(Step(2, 4));
        }

        // A step with several lines: the greatest session is the last line, which any reader of JSON lines can tell.
        var lines = File.ReadLines(run.MetricsFile).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(
            [(1, 0, 0), (2, 0, 1), (2, 1, 0)],
            lines.Select(line => (line.GetProperty("step").GetInt32(), line.GetProperty("session").GetInt32(), line.GetProperty("epoch").GetInt32())));
        Assert.Equal(1, RunReader.Metrics(run)[^1].Session);
    }

    [Fact]
    public void Metrics_of_a_version_that_marked_nothing_are_those_of_the_first_session()
    {
        var run = RunFolder.Create(temporary.Sub("r"), "");
        File.WriteAllText(run.MetricsFile, """{"step":1,"loss":5,"gradientNorm":1,"learningRate":0.001,"tokens":1024,"seconds":0.5,"modelFlopsUtilization":null}""" + "\n");
        Assert.Equal((0, 0), (Assert.Single(RunReader.Metrics(run)).Session, RunReader.Metrics(run)[0].Epoch));
    }

    [Fact]
    public void A_run_whose_supervisor_was_killed_is_interrupted_and_its_torn_lines_do_not_hurt()
    {
        var run = RunFolder.Create(temporary.Sub("r"), "");
        using (var recorder = new RunRecorder(run))
        {
            recorder.Record(Started(null));
            recorder.Record(Step(1, 5));
        }

        File.AppendAllText(run.EventsFile, "{\"event\":\"st");
        File.AppendAllText(run.MetricsFile, "{\"step\":2,\"lo");
        var summary = RunSummary.Read(run);
        Assert.Equal("interrupted", summary.Status);
        Assert.Equal(1, summary.Steps);

        using (var recorder = new RunRecorder(run))
        {
            recorder.Record(Started(1));
            recorder.Record(Step(2, 4));
            recorder.Record(new FaultEvent(0, 1, "exited", "killed", 2, 0));
            recorder.Record(new EvaluationEvent(2, 1, 1.9));
            recorder.Record(new FinishedEvent("completed", 2, 4, 1.9, "ab", 1, run.Path));
        }

        summary = RunSummary.Read(run);
        Assert.Equal(("completed", 2, 5.0, 4.0, 1.9, 1, 2), (summary.Status, summary.Steps, summary.FirstLoss, summary.LastLoss, summary.BitsPerByte, summary.Faults, summary.Sessions));
        Assert.Equal(2048, summary.MedianTokensPerSecond);
    }

    [Fact]
    public void A_line_of_an_unknown_kind_is_passed_over()
    {
        var run = RunFolder.Create(temporary.Sub("r"), "");
        File.WriteAllText(run.EventsFile, "{\"event\":\"from-the-future\"}\nnot json\n" + RunJson.Line(Step(1, 5)) + "\n");
        Assert.IsType<StepEvent>(Assert.Single(RunReader.Events(run)));
    }

    private static string RunningStatus(RunFolder run)
    {
        using var taken = run.Take(new SupervisorRecord(1, "here", default));
        return RunSummary.Read(run).Status;
    }

    private static StartedEvent Started(long? resumedFrom) => new("/r", "r", 2, 10, 1000, 1024, null, null, resumedFrom);

    private static StepEvent Step(int step, double loss) => new(step, loss, 2048, 0.5, 1e9, 1, 1e-3, 1024, 0.5, 0);
}
