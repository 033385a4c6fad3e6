using System.Runtime.ExceptionServices;
using System.Text;
using Colossus.Checkpoints;
using Colossus.Collectives;
using Colossus.Data.Shards;
using Colossus.Specs.Jobs;
using Colossus.Training.Engine;
using Colossus.Training.Native;

namespace Colossus.Training.Tests.Engine;

/// <summary>A small model on text made for it, in a folder of its own; its ranks run as threads of this process.</summary>
internal sealed class SmallJob : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("colossus-small-run-").FullName;
    private int runs;

    public SmallJob()
    {
        LibtorchLoader.Load();
        WriteText();
        File.WriteAllText(JobFile, """
            name: small
            model: { layers: 2, hidden: 64, heads: 4, kvHeads: 2, sequence: 64 }
            data: { source: "*.txt", holdout: 0.1, cache: shards }
            train: { steps: 300, globalBatch: 8, microBatch: 4, threads: 1, optimizer: { learningRate: 2e-3 } }
            checkpoint: { every: 0 }
            """);
    }

    private string JobFile => Path.Combine(folder, "job.yaml");

    /// <summary>The folder for checkpoints of the next run.</summary>
    public string Checkpoints => Directory.CreateDirectory(Path.Combine(folder, $"checkpoints-{runs}")).FullName;

    /// <summary>The job with other settings.</summary>
    public JobSpec Read(params string[] settings) => JobReader.Read(JobFile, settings, toTrain: true).Job!;

    /// <summary>Trains; whatever happens, what was heard of it lies in <paramref name="run"/>.</summary>
    /// <param name="run">Hears what an observer of rank 0 hears.</param>
    /// <param name="settings">Settings of the job.</param>
    /// <param name="from">Folder of a checkpoint to go on from; null to begin.</param>
    /// <param name="faults">Ends one epoch each; see <see cref="Fault"/>.</param>
    public void Train(SmallRun run, string[] settings, string? from = null, params Fault[] faults)
    {
        var job = Read(settings);
        run.Job = job;
        var corpus = Build(job);
        string checkpoints = Checkpoints;
        string segment = $"colossus-test-{Path.GetFileName(folder)}-{runs++}-e";
        var trainers = new RankTrainer[job.Parallel.Ranks];
        long begun = from is null ? 0 : CheckpointFolder.TryParse(from)!.Step;
        try
        {
            for (int rank = 0; rank < trainers.Length; rank++)
            {
                trainers[rank] = NewTrainer();
            }

            long epoch = 0;
            while (!RunEpoch(epoch == 0 ? null : segment + (epoch - 1)))
            {
                // What was killed is gone, and the survivors take ranks in another order, as spares do.
                Fault fault = faults[epoch++];
                trainers[fault.Rank % trainers.Length].Dispose();
                trainers[fault.Rank % trainers.Length] = NewTrainer();
                Array.Reverse(trainers);
            }

            bool RunEpoch(string? former) => SmallJob.RunEpoch(
                run,
                trainers,
                rank => new RankPlace(epoch, rank, trainers.Length, segment + epoch, former, epoch - 1, former is null ? from : null, Math.Max(run.LastStep, begun)),
                epoch < faults.Length ? faults[epoch] : null);
        }
        finally
        {
            Array.ForEach(trainers, trainer => trainer?.Dispose());
            for (long epoch = 0; epoch <= faults.Length; epoch++)
            {
                SharedSegment.Remove(segment + epoch);
            }
        }

        RankTrainer NewTrainer() => new(job, JobWriter.Write(job), corpus.Folder, checkpoints, new PhaseClock(TimeProvider.System), poisons: true);
    }

    /// <summary>The text of a job, as its ranks see it.</summary>
    public TokenCorpus OpenCorpus(JobSpec job) => TokenCorpus.Open(Build(job).Folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private CorpusInfo Build(JobSpec job) => CorpusBuilder.Build(job.Data, folder, null, TestContext.Current.CancellationToken);

    // Answers whether the run is complete, and not only this epoch.
    private static bool RunEpoch(SmallRun run, RankTrainer[] trainers, Func<int, RankPlace> place, Fault? fault)
    {
        var results = new RankResult[trainers.Length];
        var errors = new Exception?[trainers.Length];
        Thread? killer = null;
        run.AfterStep = step =>
        {
            if (fault is not null && killer is null && step >= fault.Step)
            {
                killer = new Thread(() =>
                {
                    Thread.SpinWait(fault.Delay);
                    trainers[fault.Rank % trainers.Length].Abort(place(0).Epoch);
                });
                killer.Start();
            }

            if (step == run.StopAfter)
            {
                trainers[0].RequestStop();
            }
        };
        Thread[] ranks = [.. trainers.Select((trainer, rank) => new Thread(() =>
        {
            try
            {
                results[rank] = trainer.Run(place(rank), rank == 0 ? run.Take : static _ => { }, run);
            }
            catch (Exception error)
            {
                errors[rank] = error;
            }
        }))];
        Array.ForEach(ranks, rank => rank.Start());
        Array.ForEach(ranks, rank => rank.Join());
        killer?.Join();
        if (errors.FirstOrDefault(error => error is not null && (error is not EpochEndedException || fault is null)) is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        run.Result = results[0];
        return Array.TrueForAll(errors, error => error is null);
    }

    // Sentences of a small grammar: enough to learn, and never learnt by heart.
    private void WriteText()
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
