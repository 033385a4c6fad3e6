using System.Text.Json;
using Colossus.Runs.Events;

namespace Colossus.Runs.Tests;

public sealed class RunEventTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_step_has_the_promised_names_and_its_kind_first()
    {
        var line = RunJson.Line(new StepEvent(3, 2.5, 1000, 0.4, 1e9, 0.7, 1e-3, 4096, 0.5, 0) { Time = Noon });
        Assert.Equal(
            """{"event":"step","step":3,"loss":2.5,"tokensPerSecond":1000,"modelFlopsUtilization":0.4,"flopsPerSecond":1000000000,"gradientNorm":0.7,"learningRate":0.001,"tokens":4096,"seconds":0.5,"epoch":0,"skipped":false,"reason":null,"visibleTokens":null,"time":"2026-01-02T12:00:00+00:00"}""",
            line);
    }

    [Fact]
    public void The_last_line_has_the_promised_names()
    {
        var line = RunJson.Line(new FinishedEvent("completed", 10, 1.5, 2.25, "ab", 1, "/runs/x") { Time = Noon });
        Assert.StartsWith(
            """{"event":"finished","status":"completed","steps":10,"loss":1.5,"bitsPerByte":2.25,"weightsSha256":"ab","restarts":1,"run":"/runs/x",""", line);
    }

    [Fact]
    public void A_loss_that_is_not_a_number_is_null_in_json_and_NaN_again_when_read()
    {
        var line = RunJson.Line(new StepEvent(3, double.NaN, 1000, null, null, double.PositiveInfinity, 1e-3, 4096, 0.5, 0, true, "loss is NaN"));
        Assert.Contains("\"loss\":null", line);
        var read = Assert.IsType<StepEvent>(JsonSerializer.Deserialize(line, RunJson.Default.RunEvent));
        Assert.True(double.IsNaN(read.Loss));
        Assert.True(double.IsNaN(read.GradientNorm));
        Assert.Null(read.ModelFlopsUtilization);
    }

    public static TheoryData<RunEvent> Every_kind() =>
    [
        new StartedEvent("/r", "name", 2, 10, 1000, 4096, 1e9, 1e11, null) { Time = Noon },
        new PlannedEvent(1e9, 1000, 2000, 300, 200, 100, 50, 1200) { Time = Noon },
        new CorpusEvent("ab", 1000, 10, "cd") { Time = Noon },
        new StepEvent(3, 2.5, 1000, 0.4, 1e9, 0.7, 1e-3, 4096, 0.5, 0, VisibleTokens: 100.5) { Time = Noon },
        new EvaluationEvent(3, 1.2, 1.7) { Time = Noon },
        new CheckpointEvent(3, "/r/checkpoints/step-000003", 100, 0.1, 0.01) { Time = Noon },
        new CheckpointFailedEvent(3, "no space left") { Time = Noon },
        new CheckpointPostponedEvent(3, "the loss of this step was not finite") { Time = Noon },
        new FaultEvent(1, 4711, "exited", "killed by signal 9", 3, 0) { Time = Noon },
        new RecoveredEvent(1, 3, 0.4) { Time = Noon },
        new NoteEvent("warning", "the disk is nearly full") { Time = Noon },
        new TextEvent("The", " quick \"brown\" fox\nand → more") { Time = Noon },
        new FinishedEvent("failed", 3, 2.5, null, null, 1, "/r", "five steps in a row were not finite") { Time = Noon },
    ];

    [Theory]
    [MemberData(nameof(Every_kind))]
    public void Every_kind_of_event_reads_back_as_it_was_written(RunEvent written)
    {
        var line = RunJson.Line(written);
        Assert.DoesNotContain('\n', line);
        Assert.Equal(written, JsonSerializer.Deserialize(line, RunJson.Default.RunEvent));
    }

    [Fact]
    public void Every_kind_of_event_is_in_the_list_above()
    {
        var kinds = typeof(RunEvent).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(RunEvent))).Select(type => type.Name).Order();
        Assert.Equal(kinds, Every_kind().Select(row => row.Data.GetType().Name).Order());
    }
}
