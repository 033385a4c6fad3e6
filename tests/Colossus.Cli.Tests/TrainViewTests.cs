using Colossus.Cli.Train;
using Colossus.Plan.Layouts;
using Colossus.Protocol.Time;
using Colossus.Runs.Events;
using Colossus.Runs.Time;
using Spectre.Console.Testing;

namespace Colossus.Cli.Tests;

public sealed class TrainViewTests
{
    private static readonly StartedEvent Started = new("/data/runs/quick-1", "quick", 2, 300, 10_800_000, 4096, 2.1e11, 3.9e11, null);

    [Fact]
    public void The_time_left_follows_the_pace()
    {
        var view = new TrainView();
        view.Apply(Started);
        Assert.Null(view.SecondsLeft);
        view.Apply(Step(100, 2.5, seconds: 0.5));
        Assert.Equal(100, view.SecondsLeft);
    }

    [Fact]
    public void The_curve_of_a_long_run_stays_bounded_and_keeps_its_shape()
    {
        var view = new TrainView();
        view.Apply(Started);
        for (var step = 1; step <= 100_000; step++)
        {
            view.Apply(Step(step, 100_000 - step));
        }

        var losses = view.Losses;
        Assert.InRange(losses.Count, 200, 512);
        Assert.Equal(99_999, losses[0]);
        Assert.Equal(losses.OrderDescending(), losses);
        Assert.True(losses[^1] < 1000);
    }

    [Fact]
    public void Only_the_latest_happenings_are_kept()
    {
        var view = new TrainView();
        for (var index = 0; index < 20; index++)
        {
            view.Apply(new NoteEvent("info", $"note {index}"));
        }

        Assert.Equal(["note 15", "note 16", "note 17", "note 18", "note 19"], view.Happenings);
    }

    [Fact]
    public void The_live_display_shows_step_loss_speed_time_ranks_and_what_happened()
    {
        var view = new TrainView();
        view.Apply(Started);
        view.Apply(Step(1, 5.5));
        view.Apply(Step(150, 2.25));
        view.Apply(new EvaluationEvent(150, 1.3, 1.876));
        view.Apply(new FaultEvent(1, 4711, "exited", "killed by signal 9", 150, 0));
        view.Apply([new RankView(0, 1, "step 151"), new RankView(1, 2, "joining"), new RankView(-1, 3, "ready")]);
        using var console = new TestConsole();
        console.Profile.Width = 100;
        console.Write(LiveDisplay.Draw(view));
        Expectation.Matches("live", string.Join('\n', console.Lines.Select(line => line.TrimEnd())) + "\n");
    }

    [Fact]
    public void The_live_display_says_how_evenly_experts_are_loaded()
    {
        var view = new TrainView();
        view.Apply(Started);
        view.Apply(Step(1, 5.5) with { ExpertLoads = [[3, 1], [2, 2]] });
        using var console = new TestConsole();
        console.Profile.Width = 100;
        console.Write(LiveDisplay.Draw(view));
        Assert.Contains(console.Lines, line => line.TrimEnd() == "experts    25.0 to 75.0 % of a layer's visits an expert (50.0 % if even)");
    }

    [Fact]
    public void Piped_output_has_some_thirty_lines_of_steps_and_everything_else()
    {
        var view = new TrainView();
        using var writer = new StringWriter();
        var display = new PlainDisplay(writer, view);
        void Happen(RunEvent one)
        {
            view.Apply(one);
            display.Show(one);
        }

        Happen(Started);
        for (var step = 1; step <= 300; step++)
        {
            Happen(Step(step, 3));
        }

        Happen(new CheckpointEvent(300, "/data/runs/quick-1/checkpoints/step-000300", 130_000_000, 0.4, 0.012));
        Happen(new CheckpointFailedEvent(300, "no space left on device"));
        var lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("quick: 10.8 M parameters, 2 ranks, 300 steps of 4096 tokens -> /data/runs/quick-1", lines[0]);
        Assert.Equal("step   1/300  loss 3.0000  4096 tokens/s  210 GFLOP/s (53.8 % of peak)  4:59 left", lines[1]);
        Assert.Equal(31, lines.Count(line => line.Contains("/300")));
        Assert.Equal("step 300 checkpoint: 124 MiB in 400 ms, training stood still for 12 ms", lines[^2]);
        Assert.Equal("step 300 checkpoint could not be written: no space left on device", lines[^1]);
    }

    [Fact]
    public void Json_lines_are_the_events()
    {
        using var writer = new StringWriter();
        new JsonDisplay(writer).Show(Step(3, 2.5));
        Assert.StartsWith("{\"event\":\"step\",\"step\":3,\"loss\":2.5,\"tokensPerSecond\":4096,\"modelFlopsUtilization\":", writer.ToString());
        Assert.Equal(1, writer.ToString().Count(letter => letter == '\n'));
    }

    [Fact]
    public void The_table_of_time_ends_with_the_wall_clock()
    {
        var table = new TimeTable([
            new TimeRow(0, 12.5, TimeBuckets.Zero.Plus(TimeBucket.Compute, 10).Plus(TimeBucket.Startup, 2.5)),
            new TimeRow(1, 12.5, TimeBuckets.Zero.Plus(TimeBucket.Compute, 9).Plus(TimeBucket.ExposedData, 3.5)),
        ]);
        using var console = new TestConsole();
        console.Write(FinalReport.Time(table, new RankAxes(Data: 2), 80));
        Expectation.Matches("time", string.Join('\n', console.Lines.Select(line => line.TrimEnd())) + "\n");
    }

    [Fact]
    public void Ranks_of_a_layout_with_several_axes_are_shown_with_their_coordinates()
    {
        var view = new TrainView();
        view.Apply(Started with { Ranks = 4, Axes = new RankAxes(Data: 2, Pipeline: 2) });
        view.Apply(new FaultEvent(3, 4711, "exited", "killed by signal 9", 150, 0));
        view.Apply([new RankView(2, 1, "exposed, pipeline axis"), new RankView(-1, 3, "ready")]);
        var table = new TimeTable([.. Enumerable.Range(0, 4).Select(rank =>
            new TimeRow(rank, 12.5, TimeBuckets.Zero.Plus(TimeBucket.Compute, 10).Plus(TimeBucket.ExposedData, 1).Plus(TimeBucket.ExposedPipeline, 1.5)))]);
        using var console = new TestConsole();
        console.Profile.Width = 100;
        console.Write(LiveDisplay.Draw(view));
        console.Write(FinalReport.Time(table, view.Axes, 80));
        Expectation.Matches("ranks-with-coordinates", string.Join('\n', console.Lines.Select(line => line.TrimEnd())) + "\n");
    }

    private static StepEvent Step(long step, double loss, double seconds = 1) =>
        new(step, loss, 4096 / seconds, 2.1e11 / 3.9e11, 2.1e11, 0.5, 1e-3, 4096, seconds, 0);
}
