using Colossus.Cli.Train;
using Colossus.Runs;
using Colossus.Runs.Events;
using Colossus.Specs.Jobs;
using JobReading = Colossus.Cli.Train.JobReading;

namespace Colossus.Cli.Tests;

/// <summary>The other projects, played: one job of 20 steps (more when told), shards that need no time, ranks that are done at once.</summary>
internal sealed class FakeTraining : IJobSource, ICorpusSource, IRunLauncher
{
    public static ModelSpec Model { get; } = new(2, 64, 4, 4, 16, 256, Activation.SwiGlu, 256, 128);

    /// <summary>The model of its job.</summary>
    public ModelSpec Trained { get; set; } = Model;

    public IReadOnlyList<string> Mistakes { get; set; } = [];

    public IReadOnlyList<string> Settings { get; private set; } = [];

    public int Preparations { get; private set; }

    public LaunchOrder? Launched { get; private set; }

    public JobReading Read(string path, IReadOnlyList<string> settings)
    {
        Settings = settings;
        if (Mistakes.Count > 0)
        {
            return new JobReading(null, Mistakes);
        }

        var steps = settings.Where(setting => setting.StartsWith("train.steps=", StringComparison.Ordinal)).Select(setting => int.Parse(setting["train.steps=".Length..])).FirstOrDefault(20);
        var train = new TrainSpec(steps, 8, 4, Precision.Bf16, ProductFormat.Auto, new OptimizerSpec());
        return new JobReading(
            new JobSpec("probe", Trained, new DataSpec(["dotnet-docs", "text.md"]), train, new ParallelSpec(Data: 2), new CheckpointSpec(), new ResilienceSpec(TimeSpan.FromSeconds(0.5))),
            []);
    }

    public string Write(JobSpec job) => $"name: {job.Name}\nproducts: {job.Train.Products}\n";

    public Task<PreparedCorpus> PrepareAsync(JobSpec job, string folder, CancellationToken cancellationToken)
    {
        Preparations++;
        return Task.FromResult(new PreparedCorpus(Data));
    }

    public Task<PreparedCorpus> PrepareAgainAsync(JobSpec job, RunData own, bool acceptOther, CancellationToken cancellationToken) =>
        PrepareAsync(job, own.Base, cancellationToken);

    public static RunData Data { get; } = new("abcd", "/shards/1", "/texts", "bytes", 40, 4, 900, 100, [new RunSource("a.txt", 1000, "ef01")]);

    public Task<FinishedEvent> RunAsync(LaunchOrder order, RunJournal journal, StopSignals signals)
    {
        Launched = order;
        return Task.FromResult(new FinishedEvent("completed", order.Job.Train.Steps, 2, null, "ab", 0, order.Folder.Path));
    }
}
