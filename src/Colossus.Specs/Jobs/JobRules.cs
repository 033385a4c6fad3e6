using Colossus.Specs.Diagnostics;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>
/// What must hold between the values of a job, whoever uses it. A rule is silent about values that could not be read.
/// The layout's rules are those by which layouts are searched: what a search proposes can be written into a job.
/// </summary>
internal sealed class JobRules
{
    private const long mostRanks = 10_000_000;

    private readonly JobSpec job;
    private readonly YamlPlaces places;
    private readonly DiagnosticBag bag;

    private JobRules(JobSpec job, YamlPlaces places, DiagnosticBag bag)
    {
        this.job = job;
        this.places = places;
        this.bag = bag;
    }

    /// <summary>Reports all that does not fit.</summary>
    /// <param name="job">The job.</param>
    /// <param name="places">Where its values stand.</param>
    /// <param name="bag">Takes the mistakes.</param>
    public static void Check(JobSpec job, YamlPlaces places, DiagnosticBag bag)
    {
        var rules = new JobRules(job, places, bag);
        rules.CheckBatch();
        rules.CheckOptimizer();
        rules.CheckRanks();
        if (job.Model != ModelSpec.None && places.AreSound("model", "model.preset"))
        {
            rules.CheckModel();
            rules.CheckTensor();
            rules.CheckPipeline();
            rules.CheckContext();
            rules.CheckExperts();
        }
    }

    private void CheckModel()
    {
        var model = job.Model;
        if (!places.AreSound("model.hidden", "model.heads", "model.headWidth", "model.kvHeads"))
        {
            return;
        }

        bool ownWidth = !places.Has("model.headWidth") && (!places.Has("model.preset") || places.Has("model.heads") || places.Has("model.hidden"));
        if (ownWidth && model.Hidden % model.Heads != 0)
        {
            Report("model.heads", $"model.heads is {model.Heads}, but model.hidden ({model.Hidden}) is not divisible by it", $"use {Divisors(model.Hidden)}, or give model.headWidth");
        }
        else if (model.HeadWidth % 2 != 0)
        {
            Report(
                places.FirstGiven("model.headWidth", "model.heads"),
                $"a head is {model.HeadWidth} wide, but rotary positions turn pairs",
                ownWidth ? "choose model.hidden and model.heads so that hidden / heads is even" : $"use {model.HeadWidth - 1} or {model.HeadWidth + 1}");
        }

        if (model.Heads % model.KvHeads != 0)
        {
            Report(
                places.FirstGiven("model.kvHeads", "model.heads"),
                $"model.kvHeads is {model.KvHeads}, but model.heads ({model.Heads}) is not divisible by it",
                $"use {Divisors(model.Heads)}");
        }
    }

    private void CheckBatch()
    {
        var (train, replicas) = (job.Train, job.Parallel.Data);
        long atOnce = (long)replicas * train.MicroBatch;
        if (!places.AreSound("train.globalBatch", "train.microBatch", "parallel.data") || train.GlobalBatch % atOnce == 0)
        {
            return;
        }

        long below = train.GlobalBatch / atOnce * atOnce;
        string advice = below > 0 ? $"use {below} or {below + atOnce}" : $"use {atOnce}";
        if (train.GlobalBatch % replicas == 0 && train.MicroBatch > 1)
        {
            advice += $", or a train.microBatch of {Divisors(train.GlobalBatch / replicas)}";
        }

        Report(
            places.FirstGiven("train.globalBatch", "train.microBatch", "parallel.data"),
            $"train.globalBatch is {train.GlobalBatch}, but parallel.data · train.microBatch ({replicas} · {train.MicroBatch} = {atOnce}) does not divide it",
            advice);
    }

    private void CheckOptimizer()
    {
        var train = job.Train;
        if (places.AreSound("train.steps", "train.optimizer.warmup") && train.Optimizer.Warmup > train.Steps)
        {
            Report("train.optimizer.warmup", $"train.optimizer.warmup is {train.Optimizer.Warmup}, longer than train.steps ({train.Steps})", $"use 0 to {train.Steps}");
        }
    }

    private void CheckRanks()
    {
        var parallel = job.Parallel;
        long ranks = (long)parallel.Data * parallel.Tensor;
        ranks = ranks > mostRanks ? ranks : ranks * parallel.Pipeline;
        ranks = ranks > mostRanks ? ranks : ranks * parallel.Context;
        if (ranks > mostRanks)
        {
            Report(
                places.FirstGiven("parallel.data", "parallel.tensor", "parallel.pipeline", "parallel.context"),
                $"parallel.data · tensor · pipeline · context is more than {mostRanks} ranks",
                "use fewer");
        }
    }

    private void CheckTensor()
    {
        var (model, tensor) = (job.Model, job.Parallel.Tensor);
        if (tensor == 1)
        {
            return;
        }

        Divides("parallel.tensor", tensor, "model.heads", model.Heads);
        if (model.KvHeads != model.Heads && (model.KvHeads > tensor || tensor % model.KvHeads != 0))
        {
            Divides("parallel.tensor", tensor, "model.kvHeads", model.KvHeads);
        }

        if (model.Experts is null)
        {
            Divides("parallel.tensor", tensor, "model.ffn", model.Ffn);
        }

        if (model.Vocab % tensor != 0 && places.AreSound("parallel.tensor", "model.vocab"))
        {
            Report(
                "parallel.tensor",
                $"parallel.tensor is {tensor}, but model.vocab ({model.Vocab}) is not divisible by it",
                $"use {Divisors(model.Vocab)}, or a model.vocab of {(model.Vocab + (long)tensor - 1) / tensor * tensor}: unused ids do no harm");
        }
    }

    private void CheckPipeline()
    {
        var (model, parallel) = (job.Model, job.Parallel);
        if (!places.AreSound("parallel.pipeline", "parallel.virtualStages", "parallel.schedule", "parallel.zero", "model.layers"))
        {
            return;
        }

        // The embedding and the head count as a layer each where layers do not divide evenly.
        long chunks = (long)parallel.Pipeline * parallel.VirtualStages;
        int most = model.Layers + 2;
        if (chunks > most)
        {
            Report(
                places.FirstGiven("parallel.pipeline", "parallel.virtualStages"),
                $"parallel.pipeline · parallel.virtualStages ({parallel.Pipeline} · {parallel.VirtualStages} = {chunks}) is more than the {model.Layers} layers, embedding and head",
                $"use a product of {most} or less");
        }

        if (parallel.VirtualStages > 1 && parallel.Pipeline == 1)
        {
            Report("parallel.virtualStages", $"parallel.virtualStages is {parallel.VirtualStages}, but there is no pipeline", "use 1, or a parallel.pipeline of 2 or more");
        }
        else if (parallel.VirtualStages > 1 && parallel.Schedule != PipelineSchedule.Interleaved)
        {
            Report("parallel.schedule", $"parallel.schedule is {EnumWords.Of(parallel.Schedule)}, but parallel.virtualStages is {parallel.VirtualStages}", "use interleaved, or 1 virtual stage");
        }

        if (parallel.Zero >= 2 && parallel.Pipeline > 1)
        {
            Report("parallel.zero", $"parallel.zero is {parallel.Zero}, which moves gradients at every micro-batch and is not combined with a pipeline ({parallel.Pipeline})", "use 0 or 1");
        }
    }

    private void CheckContext()
    {
        var (model, parallel) = (job.Model, job.Parallel);
        if (!Divides("parallel.context", parallel.Context, "model.sequence", model.Sequence) || !parallel.SequenceParallel)
        {
            return;
        }

        int held = model.Sequence / parallel.Context;
        if (held % parallel.Tensor != 0 && places.AreSound("parallel.tensor", "parallel.sequenceParallel"))
        {
            Report(
                "parallel.tensor",
                $"parallel.tensor is {parallel.Tensor}, but the {held} tokens of a context rank are not divisible by it, which parallel.sequenceParallel needs",
                $"use {Divisors(held)}, or sequenceParallel: false");
        }
    }

    private void CheckExperts()
    {
        var parallel = job.Parallel;
        if (job.Model.Experts is not { } experts)
        {
            if (parallel.Expert > 1 && places.AreSound("model.experts"))
            {
                Report("parallel.expert", $"parallel.expert is {parallel.Expert}, but the model has no experts", "use 1");
            }

            return;
        }

        if (experts.Active > experts.Count && places.AreSound("model.experts.active", "model.experts.count"))
        {
            Report("model.experts.active", $"model.experts.active is {experts.Active}, more than the {experts.Count} experts there are", $"use 1 to {experts.Count}");
        }

        Divides("parallel.expert", parallel.Expert, "model.experts.count", experts.Count);
        if (places.AreSound("parallel.data", "parallel.context", "parallel.tensor"))
        {
            Divides("parallel.expert", parallel.Expert, "parallel.data · context · tensor", (long)parallel.Data * parallel.Context * parallel.Tensor);
        }
    }

    private bool Divides(string path, int divisor, string name, long value)
    {
        if (!places.AreSound(path, name) || value % divisor == 0)
        {
            return true;
        }

        Report(path, $"{path} is {divisor}, but {name} ({value}) is not divisible by it", $"use {Divisors(value)}");
        return false;
    }

    private void Report(string path, string message, string advice) => bag.Error(places.Of(path), ErrorCode.DoesNotFit, message, advice);

    private static string Divisors(long value)
    {
        const int Shown = 12;
        var all = new List<long>();
        for (long divisor = 1; divisor <= Math.Min(value, 65_536) && all.Count <= Shown; divisor++)
        {
            if (value % divisor == 0)
            {
                all.Add(divisor);
            }
        }

        return all.Count > Shown ? string.Join(", ", all.Take(Shown)) + " …" : Suggestions.List(all.Select(static divisor => $"{divisor}"));
    }
}
