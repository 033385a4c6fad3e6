using Colossus.Specs.Diagnostics;

namespace Colossus.Specs.Jobs;

/// <summary>What must hold between the values of a job.</summary>
internal static class JobRules
{
    /// <summary>Reports all that does not fit.</summary>
    /// <param name="job">The job.</param>
    /// <param name="sections">Where its values stand.</param>
    /// <param name="toTrain">Whether it is to be trained here, not priced.</param>
    public static void Check(JobSpec job, JobSections sections, bool toTrain)
    {
        CheckModel(job.Model, sections);
        CheckTraining(job, sections);
        CheckLayout(job, sections);
        if (toTrain)
        {
            CheckTrainable(job, sections);
        }
    }

    private static void CheckModel(ModelSpec model, JobSections sections)
    {
        var section = sections.Model.Section;
        if (!section.Has("headWidth") && model.HeadWidth * model.Heads != model.Hidden && (!section.Has("preset") || section.Has("hidden") || section.Has("heads")))
        {
            section.Report("heads", ErrorCode.DoesNotFit, $"model.hidden ({model.Hidden}) is not divisible by model.heads ({model.Heads}); use {Divisors(model.Hidden)} heads");
        }
        else if (model.HeadWidth % 2 != 0)
        {
            section.Report(section.Has("headWidth") ? "headWidth" : "heads", ErrorCode.DoesNotFit, $"a head is {model.HeadWidth} wide; rotary positions turn pairs, so the width (hidden / heads) must be even");
        }

        if (model.Heads % model.KvHeads != 0)
        {
            section.Report("kvHeads", ErrorCode.DoesNotFit, $"model.kvHeads is {model.KvHeads}, but model.heads ({model.Heads}) is not divisible by it; use {Divisors(model.Heads)}");
        }
    }

    private static void CheckTraining(JobSpec job, JobSections sections)
    {
        long atOnce = (long)job.Parallel.Data * job.Train.MicroBatch;
        if (job.Train.GlobalBatch % atOnce != 0)
        {
            long below = job.Train.GlobalBatch / atOnce * atOnce;
            sections.Train.Section.Report(
                "globalBatch",
                ErrorCode.DoesNotFit,
                $"train.globalBatch is {job.Train.GlobalBatch}, but parallel.data · train.microBatch ({job.Parallel.Data} · {job.Train.MicroBatch} = {atOnce}) does not divide it; use "
                + (below > 0 ? $"{below} or {below + atOnce}" : $"{atOnce}"));
        }

        if (job.Train.Optimizer.Warmup > job.Train.Steps)
        {
            sections.Train.Section.Report("optimizer", ErrorCode.DoesNotFit, $"train.optimizer.warmup ({job.Train.Optimizer.Warmup}) is longer than train.steps ({job.Train.Steps})");
        }
    }

    private static void CheckLayout(JobSpec job, JobSections sections)
    {
        var parallel = job.Parallel;
        var section = sections.Parallel;
        void Divides(string key, int divisor, string name, long value)
        {
            if (value % divisor != 0)
            {
                section.Report(key, ErrorCode.DoesNotFit, $"parallel.{key} is {divisor}, but {name} ({value}) is not divisible by it; use {Divisors(value)}");
            }
        }

        Divides("tensor", parallel.Tensor, "model.heads", job.Model.Heads);
        Divides("tensor", parallel.Tensor, "model.ffn", job.Model.Ffn);
        Divides("context", parallel.Context, "model.sequence", job.Model.Sequence);
        Divides("expert", parallel.Expert, "parallel.data · parallel.context", (long)parallel.Data * parallel.Context);
        if (job.Model.Experts is { } experts)
        {
            Divides("expert", parallel.Expert, "model.experts.count", experts.Count);
        }

        double ranks = (double)parallel.Data * parallel.Tensor * parallel.Pipeline * parallel.Context;
        if (ranks > int.MaxValue)
        {
            section.Report("data", ErrorCode.NotAllowed, $"parallel.data · tensor · pipeline · context is {ranks} ranks; it must be at most {int.MaxValue}");
        }

        long chunks = (long)parallel.Pipeline * parallel.VirtualStages;
        if (chunks > job.Model.Layers)
        {
            section.Report("pipeline", ErrorCode.DoesNotFit, $"parallel.pipeline · parallel.virtualStages is {chunks}, more than the {job.Model.Layers} layers");
        }
    }

    private static void CheckTrainable(JobSpec job, JobSections sections)
    {
        var parallel = job.Parallel;
        foreach (var (key, value) in (ReadOnlySpan<(string, int)>)[
            ("tensor", parallel.Tensor), ("pipeline", parallel.Pipeline), ("virtualStages", parallel.VirtualStages), ("context", parallel.Context), ("expert", parallel.Expert)])
        {
            if (value > 1)
            {
                sections.Parallel.Report(key, ErrorCode.NotTrainable, $"parallel.{key} is {value}; 'train' runs data parallel only so far ('estimate' prices it): use 1");
            }
        }

        if (parallel.Zero > 1)
        {
            sections.Parallel.Report("zero", ErrorCode.NotTrainable, $"parallel.zero is {parallel.Zero}; 'train' shards the optimizer only so far: use 0 or 1");
        }

        if (parallel.Recompute != Recompute.None)
        {
            sections.Parallel.Report("recompute", ErrorCode.NotTrainable, "parallel.recompute: 'train' keeps all activations so far: use none");
        }

        if (job.Model.Experts is not null)
        {
            sections.Model.Section.Report("experts", ErrorCode.NotTrainable, "model.experts: 'train' runs dense models only so far ('estimate' prices experts): remove the key");
        }

        if (job.Train.Precision == Precision.Fp8)
        {
            sections.Train.Section.Report("precision", ErrorCode.NotTrainable, "train.precision fp8 is priced, not trained; use bf16, autocast or fp32");
        }

        if (job.Workload is not null)
        {
            sections.Workload.Report("command", ErrorCode.NotTrainable, "workload: other programs cannot be run yet; remove the section");
        }

        if (TokenizerVocabulary.SizeOf(job.Data.Tokenizer) is { } size && job.Model.Vocab < size)
        {
            sections.Model.Section.Report("vocab", ErrorCode.DoesNotFit, $"model.vocab is {job.Model.Vocab}, but tokenizer {job.Data.Tokenizer} has {size} ids; use {size} or more");
        }
    }

    private static string Divisors(long value)
    {
        int[] all = [.. Enumerable.Range(1, (int)Math.Min(value, 1024)).Where(divisor => value % divisor == 0).Take(12)];
        return all.Length == 1 ? $"{all[0]}" : $"{string.Join(", ", all[..^1])} or {all[^1]}";
    }
}
