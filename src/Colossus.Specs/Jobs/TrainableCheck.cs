using Colossus.Specs.Diagnostics;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>What a job may say and the twin may price, but <c>train</c> cannot run yet. A job is refused for it rather than trained otherwise than it says.</summary>
public static class TrainableCheck
{
    private const int mostProcesses = 256;
    private const string priced = "'colossus estimate' prices it";

    /// <summary>All that stands in the way of training a job.</summary>
    /// <param name="job">A job whose values fit each other.</param>
    /// <param name="places">Where they stand.</param>
    /// <returns>Empty when it can be trained.</returns>
    public static IReadOnlyList<Diagnostic> Check(JobSpec job, YamlPlaces places)
    {
        var bag = new DiagnosticBag();
        void Refuse(bool present, string path, string message, string advice, string code = ErrorCode.NotTrainable)
        {
            if (present && places.AreSound(path))
            {
                bag.Error(places.Of(path), code, message, advice);
            }
        }

        var (model, parallel) = (job.Model, job.Parallel);
        Refuse(
            (double)parallel.Data * parallel.Tensor * parallel.Context * parallel.Pipeline > mostProcesses,
            places.FirstGiven("parallel.data", "parallel.tensor", "parallel.context", "parallel.pipeline"),
            $"parallel.data · tensor · context · pipeline ({parallel.Data} · {parallel.Tensor} · {parallel.Context} · {parallel.Pipeline}) are more processes than one machine should start",
            $"use a product of {mostProcesses} or less; {priced}");
        Refuse(job.Train.Precision == Precision.Fp8, "train.precision", "train.precision is fp8, which is priced, not trained", "use bf16, autocast or fp32");
        Refuse(job.Data.Exclude.Count > 0, "data.exclude", "rules of exclusion cannot be applied yet", "remove the documents from data.source, and the key");
        Refuse(job.Data.Tokenizer == "gpt2", "data.tokenizer", "gpt2 needs its two files", "download vocab.json and merges.txt of GPT-2 and write gpt2:FOLDER, or use bytes, cl100k or o200k");
        Refuse(job.Workload is not null, "workload", "other programs cannot be run yet", "remove the section");
        Refuse(job.Resilience.SnapshotEvery > 1, "resilience.snapshotEvery", $"resilience.snapshotEvery is {job.Resilience.SnapshotEvery}, but memory keeps every step", "use 1");
        Refuse(job.Resilience.Spares > mostProcesses, "resilience.spares", $"resilience.spares is {job.Resilience.Spares}, more processes than one machine should start", $"use 0 to {mostProcesses}");
        if (model != ModelSpec.None && TokenizerVocabulary.SizeOf(job.Data.Tokenizer) is { } ids)
        {
            bool read = places.AreSound("data.tokenizer", "model.preset");
            Refuse(read && model.Vocab < ids, "model.vocab", $"model.vocab is {model.Vocab}, but tokenizer {job.Data.Tokenizer} has {ids} ids", $"use {ids} or more", ErrorCode.DoesNotFit);
        }

        return bag.All;
    }
}
