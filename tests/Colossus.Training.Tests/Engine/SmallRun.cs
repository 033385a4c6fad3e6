using System.Text;
using Colossus.Collectives;
using Colossus.Data.Shards;
using Colossus.Specs.Jobs;
using Colossus.Training.Engine;
using Colossus.Training.Native;

namespace Colossus.Training.Tests.Engine;

/// <summary>One rank trains a small model in this process, on text made for it; hears what an observer hears.</summary>
internal sealed class SmallRun : IStepObserver
{
    private readonly List<StepReport> steps = [];
    private readonly List<(long Step, string Reason)> postponed = [];
    private readonly List<long> saved = [];

    public IReadOnlyList<StepReport> Steps => steps;

    public IReadOnlyList<(long Step, string Reason)> Postponed => postponed;

    public IReadOnlyList<long> Saved => saved;

    /// <summary>Steps after which held-out text was evaluated.</summary>
    public List<long> Evaluations { get; } = [];

    public RankResult? Result { get; private set; }

    /// <summary>Trains a job given by its <c>train</c> settings.</summary>
    public static SmallRun Train(params string[] settings) => Train((_, _) => { }, settings);

    /// <summary>The same; whatever happens, the run and its checkpoints are shown before they are removed.</summary>
    public static SmallRun Train(Action<SmallRun, string> show, params string[] settings)
    {
        var run = new SmallRun();
        LibtorchLoader.Load();
        string folder = Directory.CreateTempSubdirectory("colossus-small-run-").FullName;
        string segment = $"colossus-test-{Path.GetFileName(folder)}";
        try
        {
            WriteText(folder);
            string file = Path.Combine(folder, "job.yaml");
            File.WriteAllText(file, """
                name: small
                model: { layers: 2, hidden: 64, heads: 4, kvHeads: 2, sequence: 64 }
                data: { source: "*.txt", holdout: 0.1, cache: shards }
                train: { steps: 300, globalBatch: 8, microBatch: 4, optimizer: { learningRate: 2e-3 } }
                checkpoint: { every: 0 }
                """);
            var job = JobReader.Read(file, settings, toTrain: true).Job!;
            var corpus = CorpusBuilder.Build(job.Data, folder, null, TestContext.Current.CancellationToken);
            using var trainer = new RankTrainer(
                job, JobWriter.Write(job), corpus.Folder, Directory.CreateDirectory(Checkpoints(folder)).FullName, new PhaseClock(TimeProvider.System));
            run.Result = trainer.Run(new RankPlace(0, 0, 1, segment, null, 0, null, 0), run);
            return run;
        }
        finally
        {
            show(run, Checkpoints(folder));
            SharedSegment.Remove(segment);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Mean training loss of the last steps.</summary>
    public double LastLoss(int count) => steps.TakeLast(count).Average(step => step.Loss);

    public void Joined(long step)
    {
    }

    public void StepDone(StepReport report) => steps.Add(report);

    public void Evaluated(long step, double loss, double bitsPerByte) => Evaluations.Add(step);

    public void CheckpointDone(CheckpointReport report) => saved.Add(report.Step);

    public void CheckpointFailed(long step, string error) => Assert.Fail(error);

    public void CheckpointPostponed(long step, string reason) => postponed.Add((step, reason));

    public void Wrote(string prompt, string text)
    {
    }

    private static string Checkpoints(string folder) => Path.Combine(folder, "checkpoints");

    // Sentences of a small grammar: enough to learn, and never learnt by heart.
    private static void WriteText(string folder)
    {
        var random = new Random(11);
        string[] subjects = ["the rank", "a step", "the loss", "one replica", "the scheduler"];
        string[] verbs = ["waits for", "sends", "forgets", "reduces", "checks"];
        string[] objects = ["the gradient", "its neighbour", "a checkpoint", "every token", "the barrier"];
        for (int document = 0; document < 60; document++)
        {
            var text = new StringBuilder();
            for (int i = 0; i < 80; i++)
            {
                text.Append($"{subjects[random.Next(5)]} {verbs[random.Next(5)]} {objects[random.Next(5)]}{(i % 4 == 3 ? ".\n" : ", ")}");
            }

            File.WriteAllText(Path.Combine(folder, $"text-{document:D2}.txt"), text.ToString());
        }
    }
}
