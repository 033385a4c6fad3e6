using System.Globalization;
using Colossus.Specs.Diagnostics;
using Colossus.Specs.Layouts;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>
/// What must hold between the values of a job, whoever uses it. A rule is silent about values that could not be read.
/// What must hold between layout and model stands in <see cref="LayoutRules"/>, which the search of layouts asks too.
/// </summary>
internal sealed class JobRules
{
    private const double LowestScoreCap = 0.001;

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
        bool hasModel = job.Model != ModelSpec.None && places.AreSound("model", "model.preset");
        rules.CheckLayout(hasModel);
        rules.CheckOptimizer();
        if (hasModel)
        {
            rules.CheckModel();
            rules.CheckRotary();
            rules.CheckLatent();
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

        bool ownWidth = model.Latent is null && !places.Has("model.headWidth") && (!places.Has("model.preset") || places.Has("model.heads") || places.Has("model.hidden"));
        if (ownWidth && model.Hidden % model.Heads != 0)
        {
            Report("model.heads", $"model.heads is {model.Heads}, but model.hidden ({model.Hidden}) is not divisible by it", $"use {LayoutRules.Divisors(model.Hidden)}, or give model.headWidth");
        }
        else if (model.Latent is null && model.HeadWidth % 2 != 0 && model.Positions == PositionKind.Rotary)
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
                $"use {LayoutRules.Divisors(model.Heads)}");
        }

        if (model.ScoreCap is > 0 and < LowestScoreCap && places.AreSound("model.scoreCap"))
        {
            Report(
                "model.scoreCap",
                string.Create(CultureInfo.InvariantCulture, $"model.scoreCap is {model.ScoreCap}, so low that scores cannot differ"),
                string.Create(CultureInfo.InvariantCulture, $"use 0 for none, or {LowestScoreCap} or more"));
        }
    }

    private void CheckRotary()
    {
        var model = job.Model;
        if (model.Positions != PositionKind.Rotary)
        {
            return;
        }

        double turned = model.HeadWidth * model.RotaryShare;
        bool pairs = model.Latent is not null || (Math.Abs(turned - model.RotaryWidth) < 1e-6 && model.RotaryWidth > 0 && model.RotaryWidth % 2 == 0);
        if (!pairs && model.HeadWidth % 2 == 0 && places.AreSound("model.hidden", "model.heads", "model.headWidth", "model.rotaryShare"))
        {
            Report(
                places.FirstGiven("model.rotaryShare", "model.headWidth", "model.heads"),
                string.Create(CultureInfo.InvariantCulture, $"model.rotaryShare is {model.RotaryShare}, which is {turned:0.##} of the {model.HeadWidth} elements of a head, but rotary positions turn pairs"),
                $"use 1, or a share that is an even number of elements, such as {Share(model.HeadWidth)}");
        }

        if (model.RopeScaling is { } scaling && scaling.LowFrequency >= scaling.HighFrequency && places.AreSound("model.ropeScaling", "model.ropeScaling.lowFrequency", "model.ropeScaling.highFrequency"))
        {
            Report(
                places.FirstGiven("model.ropeScaling.lowFrequency", "model.ropeScaling.highFrequency"),
                string.Create(CultureInfo.InvariantCulture, $"model.ropeScaling.lowFrequency is {scaling.LowFrequency}, not below highFrequency ({scaling.HighFrequency})"),
                scaling.Kind == RopeScalingKind.Yarn ? "use 1 and 32, as YaRN does" : "use 1 and 4, as Llama 3.1 does");
        }

        if (model.RopeScaling?.Kind == RopeScalingKind.Yarn && model.RopeBase <= 1 && places.AreSound("model.ropeScaling", "model.ropeScaling.kind", "model.ropeBase"))
        {
            Report("model.ropeBase", "model.ropeBase is 1, with which all pairs turn alike, but ropeScaling of kind yarn tells slow ones from quick ones", "use more than 1, such as 10000");
        }

        static string Share(int width) => ((width / 4 * 2.0 is > 0 and var half ? half : width) / width).ToString("R", CultureInfo.InvariantCulture);
    }

    private void CheckLatent()
    {
        var model = job.Model;
        if (model.Latent is not { } latent || !places.AreSound("model.latent"))
        {
            return;
        }

        const string without = "or leave model.latent empty";
        if (model.KvHeads != model.Heads && model.Heads % model.KvHeads == 0 && places.AreSound("model.heads", "model.kvHeads"))
        {
            Report(
                places.FirstGiven("model.kvHeads", "model.heads"),
                $"model.kvHeads is {model.KvHeads}, but latent attention has keys and values for each of the {model.Heads} heads",
                $"use {model.Heads}, {without}");
        }

        if (model.Positions != PositionKind.Rotary && places.AreSound("model.positions"))
        {
            Report("model.positions", $"model.positions is {EnumWords.Of(model.Positions)}, but latent attention has a rotary part in each head", $"use {EnumWords.Of(PositionKind.Rotary)}, {without}");
        }

        if (model.QueryKeyNorm && places.AreSound("model.queryKeyNorm"))
        {
            Report("model.queryKeyNorm", "model.queryKeyNorm is true, but latent attention normalizes its narrow layers instead", $"use false, {without}");
        }

        if (latent.RotaryWidth % 2 != 0 && places.AreSound("model.latent.rotaryWidth"))
        {
            Report(
                "model.latent.rotaryWidth",
                $"model.latent.rotaryWidth is {latent.RotaryWidth}, but rotary positions turn pairs",
                latent.RotaryWidth == 1 ? "use 2" : $"use {latent.RotaryWidth - 1} or {latent.RotaryWidth + 1}");
        }
    }

    private void CheckOptimizer()
    {
        var train = job.Train;
        if (places.AreSound("train.steps", "train.optimizer.warmup") && train.Optimizer.Warmup > train.Steps)
        {
            Report("train.optimizer.warmup", $"train.optimizer.warmup is {train.Optimizer.Warmup}, longer than train.steps ({train.Steps})", $"use 0 to {train.Steps}");
        }
    }

    private void CheckExperts()
    {
        if (job.Model.Experts is not { } experts)
        {
            return;
        }

        if (experts.Active > experts.Count && places.AreSound("model.experts.active", "model.experts.count"))
        {
            Report("model.experts.active", $"model.experts.active is {experts.Active}, more than the {experts.Count} experts there are", $"use 1 to {experts.Count}");
        }

        if (experts.DenseLayers >= job.Model.Layers && places.AreSound("model.layers", "model.experts.denseLayers"))
        {
            Report(
                "model.experts.denseLayers",
                $"model.experts.denseLayers is {experts.DenseLayers}, so that none of the {job.Model.Layers} layers has experts",
                $"use 0 to {job.Model.Layers - 1}, or leave model.experts empty");
        }

        if (places.AreSound("model.experts.groups", "model.experts.activeGroups", "model.experts.count", "model.experts.active"))
        {
            CheckGroups(experts);
        }
    }

    private void CheckGroups(ExpertsSpec experts)
    {
        string groups = places.FirstGiven("model.experts.groups", "model.experts.count");
        string activeGroups = places.FirstGiven("model.experts.activeGroups", "model.experts.groups", "model.experts.active", "model.experts.count");
        if (experts.Count % experts.Groups != 0)
        {
            Report(groups, $"model.experts.groups is {experts.Groups}, but model.experts.count ({experts.Count}) is not divisible by it", $"use {LayoutRules.Divisors(experts.Count)}");
        }
        else if (experts.ActiveGroups > experts.Groups)
        {
            Report(activeGroups, $"model.experts.activeGroups is {experts.ActiveGroups}, more than the {experts.Groups} groups there are", $"use 1 to {experts.Groups}");
        }
        else if (experts.Active <= experts.Count && experts.Active > experts.ActiveGroups * (experts.Count / experts.Groups))
        {
            int needed = (experts.Active + (experts.Count / experts.Groups) - 1) / (experts.Count / experts.Groups);
            Report(
                activeGroups,
                $"model.experts.active is {experts.Active}, more than the {experts.ActiveGroups * (experts.Count / experts.Groups)} experts of {experts.ActiveGroups} of {experts.Groups} groups",
                $"use activeGroups {(needed == experts.Groups ? $"{needed}" : $"{needed} to {experts.Groups}")}");
        }
    }

    private void CheckLayout(bool hasModel)
    {
        foreach (var problem in LayoutRules.Check(ModelSizes.From(job.Model), Layout.From(job.Parallel, job.Train.MicroBatch, job.Train.GlobalBatch)))
        {
            IReadOnlyList<string> keys = [.. problem.Keys, .. problem.Others];
            if (places.AreSound([.. keys]) && (hasModel || !keys.Any(static key => key.StartsWith("model.", StringComparison.Ordinal))))
            {
                Report(places.FirstGiven([.. problem.Keys]), problem.Message, problem.Advice);
            }
        }
    }

    private void Report(string path, string message, string advice) => bag.Error(places.Of(path), ErrorCode.DoesNotFit, message, advice);
}
