using System.Text.Json;
using Colossus.Checkpoints;
using Colossus.Runs;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Tests;

/// <summary>The verb from its command line to what the ranks are started with.</summary>
public sealed class TrainVerbTests
{
    private const string Answer = """{"libtorch":"2.10.0","folder":"/lib","bridge":"/lib/b.so","patched":false,"threads":2,"fp32":3e11,"bf16":1e11}""";

    [Theory]
    [InlineData("train", "name a job file, or a run to continue with --resume")]
    [InlineData("train a.yaml --resume runs/x", "do not go together: a run carries its own job")]
    [InlineData("train --resume runs/x --run runs/y", "a continued run stays in its folder")]
    [InlineData("train a.yaml --set train.steps", "--set takes section.key=value, such as train.steps=100; it was given 'train.steps'")]
    [InlineData("train a.yaml --step 10", "--step goes with --resume")]
    [InlineData("train a.yaml --on mars", "'local'")]
    [InlineData("train a.yaml --formt json", "did you mean '--format'?")]
    [InlineData("train a.yaml", "there is no job file")]
    [InlineData("train cache", "is a folder; name a job file")]
    [InlineData("train a.yaml --accept-other-data", "--accept-other-data goes with --resume")]
    [InlineData("train --resume runs/x", "there is no run folder")]
    public async Task A_wrong_command_line_is_explained_and_nothing_is_started(string line, string expected)
    {
        using var test = new TestHost();
        Directory.CreateDirectory(Path.Combine(test.Folder, "cache"));
        Assert.Equal(ExitCode.BadInput, await test.Run(line.Split(' ')));
        Assert.Contains(expected, test.Error);
        Assert.Null(test.Train.Launched);
        Assert.False(Directory.Exists(Path.Combine(test.Folder, "runs")));
    }

    [Fact]
    public async Task A_trace_that_cannot_be_written_is_a_wrong_command_line_and_leaves_what_is_there()
    {
        using var test = Ready();
        Assert.Equal(ExitCode.BadInput, await test.Run("train", "jobs/a.yaml", "--trace", "jobs"));
        Assert.Contains("jobs cannot be written: it is a folder; name another file", test.Error);
        Assert.Null(test.Train.Launched);

        test.Write("trace.json", "former");
        test.Train.Mistakes = ["a.yaml:1:1: error: one"];
        Assert.Equal(ExitCode.BadInput, await test.Run("train", "jobs/a.yaml", "--trace", "trace.json"));
        Assert.Equal("former", File.ReadAllText(Path.Combine(test.Folder, "trace.json")));
    }

    [Fact]
    public async Task A_run_tells_where_its_trace_is()
    {
        using var test = Ready();
        Assert.Equal(0, await test.Run("train", "jobs/a.yaml", "--trace", "new/trace.json"));
        Assert.Equal(Path.Combine(test.Folder, "new", "trace.json"), test.Train.Launched!.TraceFile);
        Assert.Contains("trace.json, 0 spans; open it at https://ui.perfetto.dev", test.Error);
        using var trace = JsonDocument.Parse(File.ReadAllText(Path.Combine(test.Folder, "new", "trace.json")));
        Assert.Equal(
            ["rank 0 (data 0)", "rank 1 (data 1)"],
            trace.RootElement.GetProperty("traceEvents").EnumerateArray()
                .Where(e => e.GetProperty("name").GetString() == "process_name")
                .Select(e => e.GetProperty("args").GetProperty("name").GetString()));
    }

    [Fact]
    public async Task All_mistakes_of_a_job_are_shown()
    {
        using var test = new TestHost();
        test.Write("a.yaml", "");
        test.Train.Mistakes = ["a.yaml:1:1: error: one", "a.yaml:2:1: error: two"];
        Assert.Equal(ExitCode.BadInput, await test.Run("train", "a.yaml"));
        Assert.Equal("a.yaml:1:1: error: one\na.yaml:2:1: error: two\nerror: 2 mistakes; nothing was started\n", test.Error);
    }

    [Fact]
    public async Task A_run_is_started_with_the_resolved_job_in_a_folder_of_its_own()
    {
        using var test = Ready();
        Assert.Equal(0, await test.Run("train", "jobs/a.yaml", "--set", "train.seed=7", "--set", "data.holdout=0.1"));
        var order = test.Train.Launched!;
        Assert.Equal(["train.seed=7", "data.holdout=0.1"], test.Train.Settings);
        Assert.StartsWith(Path.Combine(test.Folder, "runs", "probe-"), order.Folder.Path);
        Assert.Equal(ProductFormat.Fp32, order.Job.Train.Products);
        Assert.Equal(["dotnet-docs", Path.Combine(test.Folder, "jobs", "text.md")], order.Job.Data.Sources);
        Assert.Equal(Math.Max(1, Environment.ProcessorCount / 2), order.Job.Train.Threads);
        Assert.Contains("products: Fp32", File.ReadAllText(order.Folder.JobFile));
        Assert.Null(order.Checkpoint);
        Assert.Contains("measuring this machine's matrix products, once", test.Error);
    }

    [Fact]
    public async Task A_run_folder_that_exists_is_refused_before_shards_are_made()
    {
        using var test = Ready();
        test.Write("r/job.yaml", "name: other\n");
        Assert.Equal(ExitCode.BadInput, await test.Run("train", "jobs/a.yaml", "--run", "r"));
        Assert.Contains("holds a run already; continue it with --resume", test.Error);
        Assert.Equal(0, test.Train.Preparations);
    }

    [Fact]
    public async Task Ranks_whose_memory_does_not_fit_are_refused_with_advice_before_shards_are_made()
    {
        using var test = Ready();
        test.Train.Trained = FakeTraining.Model with { Layers = 400, Hidden = 16384, Heads = 128, KvHeads = 128, HeadWidth = 128, Ffn = 65536 };
        Assert.Equal(ExitCode.EnvironmentLacks, await test.Run("train", "jobs/a.yaml"));
        Assert.Contains("of shared memory for weights, gradients and optimizer state", test.Error);
        Assert.Contains("mount -o remount,size=", test.Error);
        Assert.Equal(0, test.Train.Preparations);
        Assert.Null(test.Train.Launched);
        Assert.False(Directory.Exists(Path.Combine(test.Folder, "runs")));
    }

    [Fact]
    public async Task A_machine_without_the_worker_lacks_something()
    {
        using var test = Ready();
        test["COLOSSUS_WORKER"] = "gone";
        Assert.Equal(ExitCode.EnvironmentLacks, await test.Run("train", "jobs/a.yaml"));
        Assert.Null(test.Train.Launched);
    }

    [Fact]
    public async Task Resume_goes_on_from_the_newest_good_checkpoint_and_may_be_longer()
    {
        using var test = Ready();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "name: probe\n");
        var good = TestCheckpoint.Save(run.CheckpointsFolder, 10);
        Assert.Equal(0, await test.Run("train", "--resume", "r", "--set", "train.steps=40"));
        Assert.Equal((good, 10L), (test.Train.Launched!.Checkpoint, test.Train.Launched.Step));
        Assert.Contains("from step 10", test.Error);
        Assert.Contains("products:", File.ReadAllText(run.JobFile));
    }

    [Fact]
    public async Task Resume_from_a_step_takes_its_checkpoint_and_lists_the_steps_when_there_is_none()
    {
        using var test = Ready();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "name: probe\n");
        Assert.Equal(ExitCode.BadInput, await test.Run("train", "--resume", "r", "--step", "5"));
        Assert.Contains("has no checkpoint of step 5; it has none", test.Error);
        var wanted = TestCheckpoint.Save(run.CheckpointsFolder, 5);
        TestCheckpoint.Save(run.CheckpointsFolder, 10);
        var damaged = TestCheckpoint.Save(run.CheckpointsFolder, 15);
        File.WriteAllText(Path.Combine(damaged, "rank-0000.safetensors"), "damaged");
        Assert.Equal(ExitCode.BadInput, await test.Run("train", "--resume", "r", "--step", "7"));
        Assert.Contains("has no checkpoint of step 7; there are steps 5, 10, 15", test.Error);
        Assert.Equal(ExitCode.BadInput, await test.Run("train", "--resume", "r", "--step", "15"));
        Assert.Contains("rank-0000.safetensors has 7 bytes", test.Error);
        Assert.Contains("there are steps 5, 10", test.Error);
        Assert.Null(test.Train.Launched);
        Assert.Equal(0, await test.Run("train", "--resume", "r", "--step", "5"));
        Assert.Equal((wanted, 5L), (test.Train.Launched!.Checkpoint, test.Train.Launched.Step));
        Assert.Equal([5L], CheckpointReader.List(run.CheckpointsFolder).Select(one => one.Step));
        Assert.Contains("step-000010 is later than step 5, where the run goes on: set aside as step-000010.aside-1", test.Out);
        Assert.Contains("step-000015.aside-1", File.ReadAllText(run.EventsFile));
    }

    [Fact]
    public async Task Resume_passes_over_a_checkpoint_of_another_run()
    {
        using var test = Ready();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "name: probe\n");
        TestCheckpoint.Save(run.CheckpointsFolder, 10);
        TestCheckpoint.Save(run.CheckpointsFolder, 15, seed: 2);
        Assert.Equal(0, await test.Run("train", "--resume", "r"));
        Assert.Equal(10, test.Train.Launched!.Step);
        Assert.Contains("its seed is 2, and the run's is 1", test.Error);
    }

    [Fact]
    public async Task Resume_of_a_run_without_a_checkpoint_begins_again()
    {
        using var test = Ready();
        RunFolder.Create(Path.Combine(test.Folder, "r"), "name: probe\n");
        Assert.Equal(0, await test.Run("train", "--resume", "r"));
        Assert.Null(test.Train.Launched!.Checkpoint);
        Assert.Contains("begins again at step 0", test.Error);
    }

    [Fact]
    public async Task Resume_of_a_finished_run_says_how_to_go_on_and_starts_nothing()
    {
        using var test = Ready();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "name: probe\n");
        TestCheckpoint.Save(run.CheckpointsFolder, 20);
        Assert.Equal(0, await test.Run("train", "--resume", "r"));
        Assert.Contains("has done its 20 steps; let it go on with --set train.steps=40", test.Error);
        Assert.Null(test.Train.Launched);
    }

    [Theory]
    [InlineData("train.seed=2")]
    [InlineData("model.layers=3")]
    [InlineData("train.stepsize=3")]
    public async Task Resume_keeps_what_the_result_depends_on(string setting)
    {
        using var test = Ready();
        RunFolder.Create(Path.Combine(test.Folder, "r"), "name: probe\n");
        Assert.Equal(ExitCode.BadInput, await test.Run("train", "--resume", "r", "--set", setting));
        Assert.Contains($"--set {setting.Split('=')[0]}: a continued run keeps", test.Error);
        Assert.Null(test.Train.Launched);
    }

    [Fact]
    public async Task Resume_of_a_run_that_goes_on_names_its_process()
    {
        using var test = Ready();
        var run = RunFolder.Create(Path.Combine(test.Folder, "r"), "name: probe\n");
        using var held = run.Take(new SupervisorRecord(4711, Environment.MachineName, default));
        Assert.Equal(ExitCode.BadInput, await test.Run("train", "--resume", "r"));
        Assert.Contains("process 4711 is at work", test.Error);
    }

    private static TestHost Ready()
    {
        var test = new TestHost();
        test.Worker($"echo '{Answer}'\n");
        test.Write("jobs/a.yaml", "");
        return test;
    }
}
