using System.Text.Json;
using Colossus.Cli.Terminal;
using Colossus.Cli.Train;
using Colossus.Cli.Workers;
using Colossus.Protocol.Time;
using Colossus.Runs;
using Colossus.Runs.Events;
using Colossus.Runs.Time;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Tests;

/// <summary>A session from the taken folder to the report, with ranks played by a script.</summary>
public sealed class TrainRunTests
{
    private static readonly Numerics Numerics = new(1, "bf16", "cpu", "x64 512-bit vectors avx512f", "EPYC", "2.10.0");
    private static readonly WorkerProbe Speed = new("2.10", "/lib", "/lib/b.so", false, 2, 1e11, 4e11);

    [Fact]
    public async Task A_completed_run_leaves_events_metrics_time_and_a_report_and_says_what_came_out()
    {
        using var test = new TestHost();
        var (order, run) = Order(test);
        var code = await Run(test, order, new ScriptedLauncher("completed"), json: false);
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(["started", "planned", "corpus", "step", "step", "evaluation", "text", "finished"], Kinds(run));
        Assert.Equal([3.0, 2.0], RunReader.Metrics(run).Select(step => step.Loss));
        Assert.True(File.Exists(run.ReportFile));
        Assert.Null(run.LivingSupervisor());
        Assert.All(RunReader.Events(run), one => Assert.NotEqual(default, one.Time));
        Expectation.Matches("train", test.Out.Replace(test.Folder, "FOLDER"));
    }

    [Fact]
    public async Task In_json_standard_output_is_the_events_and_nothing_else()
    {
        using var test = new TestHost();
        var (order, run) = Order(test);
        Assert.Equal(ExitCode.Done, await Run(test, order, new ScriptedLauncher("completed"), json: true));
        Assert.Equal(File.ReadAllText(run.EventsFile), test.Out);
        using var last = JsonDocument.Parse(test.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.Equal("finished", last.RootElement.GetProperty("event").GetString());
        Assert.Equal(run.Path, last.RootElement.GetProperty("run").GetString());
    }

    [Theory]
    [InlineData("stopped", ExitCode.Interrupted, "stopped after step 2")]
    [InlineData("failed", ExitCode.Failed, "failed after step 2: five steps in a row were not finite")]
    public async Task The_exit_code_tells_how_it_ended(string status, int expected, string sentence)
    {
        using var test = new TestHost();
        var (order, _) = Order(test);
        Assert.Equal(expected, await Run(test, order, new ScriptedLauncher(status), json: false));
        Assert.Contains(sentence, test.Out);
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "warning: standard output cannot be written, training goes on: full")]
    public async Task Training_goes_on_when_standard_output_takes_no_more(bool nobodyListens, string said)
    {
        using var test = new TestHost();
        var (order, run) = Order(test);
        using var output = new FailingWriter(new OutputException(nobodyListens, "full"));
        using var signals = new StopSignals(_ => { }, TimeProvider.System);
        var host = test.Host with { Out = output, Console = CliHost.ConsoleOn(output, terminal: false, _ => null) };
        Assert.Equal(ExitCode.Done, await new TrainRun(host, new ScriptedLauncher("completed"), json: false).RunAsync(order, new ModelSize(1000, 5000), Speed, signals));
        Assert.Equal(["started", "planned", "corpus", "step", "step", "evaluation", "text", "finished"], Kinds(run));
        Assert.Equal(said, test.Error.Trim());
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task When_the_final_weights_were_not_saved_the_last_lines_say_what_is_left_and_what_to_do(bool json, bool older)
    {
        using var test = new TestHost();
        var (order, run) = Order(test);
        if (older)
        {
            TestCheckpoint.Save(run.CheckpointsFolder, 1);
            order = order with { Checkpoint = "step-000001", Step = 1 };
        }

        Assert.Equal(ExitCode.Failed, await Run(test, order, new ScriptedLauncher("unsaved"), json));
        Assert.EndsWith(
            "error: the weights of step 2 were not saved. The disk is full. Free 3 MiB at /full.\n"
            + (older
                ? "newest good checkpoint: step 1 of 2, FOLDER/r/checkpoints/step-000001\nthen: colossus train --resume FOLDER/r computes steps 2 to 2 again\n"
                : "there is no good checkpoint\nthen: colossus train --resume FOLDER/r computes steps 1 to 2 again\n"),
            test.Error.Replace(test.Folder, "FOLDER"));
        var finished = RunReader.Events(run).OfType<FinishedEvent>().Single();
        Assert.Equal(("unsaved", older ? 1 : null, "The disk is full. Free 3 MiB at /full."), (finished.Status, finished.SavedStep, finished.Reason));
        var summary = RunSummary.Read(run);
        Assert.Equal(("unsaved", older ? 1L : null, 2L), (summary.Status, summary.SavedStep, summary.Steps));
        var report = File.ReadAllText(run.ReportFile);
        Assert.Contains("the weights of step 2 were not saved", report);
        Assert.Contains(older ? "<dt>newest checkpoint</dt><dd>step 1</dd>" : "<dt>newest checkpoint</dt><dd>none</dd>", report);
        Assert.Equal(!json, test.Out.Contains("ended after step 2 without its weights on disk", StringComparison.Ordinal));
        Assert.DoesNotContain("\nweights ", test.Out);
    }

    [Fact]
    public async Task Show_says_of_a_run_what_its_end_said()
    {
        using var test = new TestHost();
        var (order, run) = Order(test);
        await Run(test, order, new ScriptedLauncher("completed"), json: false);
        var end = test.Out[test.Out.IndexOf("\ncompleted", StringComparison.Ordinal)..];
        Assert.Equal(ExitCode.Done, await test.Run("show", "r"));
        Assert.EndsWith(end, test.Out);
        Assert.Equal(2, test.Out.Split("\ncompleted 2 steps").Length - 1);

        Assert.Equal(ExitCode.Done, await test.Run("show", "r", "--format", "json"));
        using var json = JsonDocument.Parse(test.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.Equal("2.10.0", json.RootElement.GetProperty("numerics").GetProperty("libtorch").GetString());
        Assert.Equal("0123abcd", json.RootElement.GetProperty("end").GetProperty("weightsSha256").GetString());
        Assert.Equal(2, json.RootElement.GetProperty("time").GetProperty("rows")[1].GetProperty("buckets").GetProperty("compute").GetDouble());
    }

    [Fact]
    public async Task Show_of_a_run_without_an_end_says_how_far_it_came()
    {
        using var test = new TestHost();
        var (_, run) = Order(test);
        using (var recorder = new RunRecorder(run))
        {
            recorder.Record(new StepEvent(7, 1.5, 2048, null, null, 1, 1e-3, 1024, 0.5, 0));
        }

        Assert.Equal(ExitCode.Done, await test.Run("show", "r"));
        Assert.Contains("interrupted after step 7, loss 1.5000\n", test.Out);
    }

    [Fact]
    public async Task A_run_that_another_process_works_on_is_left_alone()
    {
        using var test = new TestHost();
        var (order, run) = Order(test);
        using var other = run.Take(new SupervisorRecord(4711, "here", default));
        var error = await Assert.ThrowsAsync<RunFolderException>(() => Run(test, order, new ScriptedLauncher("completed"), json: false));
        Assert.Contains("process 4711", error.Message);
        Assert.Empty(RunReader.Events(run));
    }

    [Fact]
    public async Task While_it_runs_the_folder_is_held_and_a_second_session_continues_its_files()
    {
        using var test = new TestHost();
        var (order, run) = Order(test);
        var launcher = new ScriptedLauncher("stopped");
        await Run(test, order, launcher, json: true);
        Assert.Equal(Environment.ProcessId, launcher.SeenSupervisor?.Pid);
        await Run(test, order with { Checkpoint = "step-000002", Step = 2 }, new ScriptedLauncher("completed"), json: true);
        Assert.Equal([null, 2L], RunReader.Events(run).OfType<StartedEvent>().Select(started => started.ResumedFrom));
        Assert.Equal("completed", RunSummary.Read(run).Status);
        Assert.Equal(2, RunSummary.Read(run).Sessions);
    }

    private static async Task<int> Run(TestHost test, LaunchOrder order, IRunLauncher launcher, bool json)
    {
        using var signals = new StopSignals(_ => { }, test.Host.Time);
        return await new TrainRun(test.Host, launcher, json).RunAsync(order, new ModelSize(1000, 5000), Speed, signals);
    }

    private static (LaunchOrder Order, RunFolder Run) Order(TestHost test)
    {
        var model = new ModelSpec(2, 64, 4, 4, 16, 256, Activation.SwiGlu, 256, 128);
        var train = new TrainSpec(2, 8, 4, Precision.Bf16, ProductFormat.Bf16, new OptimizerSpec());
        var job = new JobSpec("probe", model, new DataSpec(["dotnet-docs"]), train, new ParallelSpec(Data: 2), new CheckpointSpec(), new ResilienceSpec(TimeSpan.FromSeconds(0.5)));
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "name: probe\n");
        return (new LaunchOrder(job, run, new PreparedCorpus(FakeTraining.Data), new WorkerCommand("worker", []), Numerics, null, 0), run);
    }

    private static IEnumerable<string> Kinds(RunFolder run) => File.ReadLines(run.EventsFile).Select(line =>
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("event").GetString()!;
    });

    private sealed class FailingWriter(OutputException failure) : TextWriter
    {
        public override System.Text.Encoding Encoding => System.Text.Encoding.UTF8;

        public override void Write(char value) => throw failure;
    }

    /// <summary>Two steps of a life that is always the same.</summary>
    private sealed class ScriptedLauncher(string status) : IRunLauncher
    {
        public SupervisorRecord? SeenSupervisor { get; private set; }

        public Task<FinishedEvent> RunAsync(LaunchOrder order, RunJournal journal, StopSignals signals)
        {
            SeenSupervisor = order.Folder.LivingSupervisor();
            for (var step = 1; step <= 2; step++)
            {
                journal.Happened(new StepEvent(step, 4 - step, 2048, 0.5, 2e11, 1, 1e-3, 1024, 0.5, 0));
            }

            journal.Happened(new EvaluationEvent(2, 1.4, 2.02));
            journal.Happened(new TextEvent("The ", "value of [the] property."));
            for (var rank = 0; rank < 2; rank++)
            {
                journal.Spent(new RankTimeline(rank, 0, 10).Cover(12.5, TimeBuckets.Zero.Plus(TimeBucket.Compute, 2), TimeBucket.Idle));
            }

            return Task.FromResult(new FinishedEvent(
                status, 2, 2, 2.02, "0123abcd", 1, order.Folder.Path, status switch
                {
                    "failed" => "five steps in a row were not finite",
                    "unsaved" => "The disk is full. Free 3 MiB at /full.",
                    _ => null,
                }));
        }
    }
}
