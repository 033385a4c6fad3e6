using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Colossus.Cli.Figures;
using Colossus.Plan.Work;
using Colossus.Specs.Sites;
using Colossus.Twin.Estimates;
using Colossus.Twin.Pricing;
using Colossus.Twin.Search;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus plan JOB --site SITE</c>: searches all layouts and says why the others lose.</summary>
internal sealed class PlanVerb : Verb
{
    /// <summary>How many of the best layouts a search hands on, so that one with equal shares is among them.</summary>
    internal const int Kept = 32;

    private readonly Argument<string> job;
    private readonly Option<string> site = new("--site") { Description = "a site of the catalogue (colossus site list) or a site file", Required = true, HelpName = "site" };
    private readonly Option<int?> gpus = new("--gpus") { Description = "accelerators to use; default: all of the site", HelpName = "number" };
    private readonly Option<int> top = new("--top") { Description = "layouts to print", HelpName = "number", DefaultValueFactory = _ => 5 };
    private readonly Option<string[]> set = new("--set") { Description = "replace a value of the job, such as train.globalBatch=2048", HelpName = "section.key=value" };
    private readonly Option<string?> write = new("--write") { Description = "write the job with the best layout in it", HelpName = "file" };
    private readonly Option<bool> overwrite = new("--overwrite") { Description = "let --write replace a file that is there" };
    private readonly Option<string?> twinFolder = PlanningInputs.TwinOption();
    private readonly Option<string?> products = PlanningInputs.ProductsOption();
    private readonly Option<string> format = FormatOption();

    public PlanVerb(CliHost host) : base("plan", "Search all layouts of a job on a site; the best ones, and why the others lose", host)
    {
        job = Words("job", "job file, or the name of a model");
        Arguments.Add(job);
        Options.Add(site);
        Options.Add(gpus);
        Options.Add(top);
        Options.Add(set);
        Options.Add(products);
        Options.Add(twinFolder);
        Options.Add(write);
        Options.Add(overwrite);
        Options.Add(format);
        SetAction((parsed, cancellation) => Task.FromResult(Run(
            parsed.GetRequiredValue(job),
            parsed.GetRequiredValue(site),
            parsed.GetValue(gpus),
            parsed.GetValue(top),
            parsed.GetValue(set) ?? [],
            parsed.GetValue(products),
            PlanningInputs.Twin(parsed.GetValue(twinFolder), Full),
            parsed.GetValue(write),
            parsed.GetValue(overwrite),
            parsed.GetValue(format) == "json",
            cancellation)));
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("colossus plan grok-1 --site colossus-100k", "the best layouts on 100,000 H100"),
        new("colossus plan job.yaml --site llama3-16k --gpus 2048 --write planned.yaml", "and a job file with the best in it"),
    ];

    private int Run(string jobName, string siteName, int? wanted, int keep, string[] settings, string? productFormat, (TwinParameters Parameters, TwinSpread Spread) twin, string? writePath, bool replace, bool json, CancellationToken cancellation)
    {
        var place = PlanningInputs.Site(Host, siteName, Full);
        var count = wanted ?? place.Gpus;
        if (count < 1 || count > place.Gpus || keep < 1)
        {
            throw CliException.BadInput(count < 1 || count > place.Gpus ? $"--gpus is {count}; {place.Name} has {place.Gpus}" : $"--top is {keep}; use 1 or more");
        }

        if (writePath is not null)
        {
            // Before the search, which may take minutes.
            PlannedFile.RequireFree(writePath, Full(writePath), replace);
        }

        var (priced, text, _) = PlanningInputs.Job(Host, jobName, settings, productFormat, place, count, Full);
        var started = Host.Time.GetTimestamp();
        var found = PlanningInputs.Search(Host, place, priced, count, Math.Max(Kept, keep), twin, cancellation);
        var seconds = Host.Time.GetElapsedTime(started).TotalSeconds;
        var kinds = string.Join(" and ", place.Pools.Select(pool => pool.Accelerator.Id).Distinct());
        if (found.Best.Count == 0)
        {
            throw CliException.Failed($"no layout fits: {found.Considered} sound ones tried on {count} x {kinds}, {found.TooLarge} of them too large for {place.Pools.Max(pool => pool.Accelerator.MemoryBytes) / 1e9:F0} GB each; {NextStep(priced.Model, place, count)}");
        }

        var shown = found with { Best = [.. found.Best.Take(keep)] };
        if (json)
        {
            Host.Out.WriteLine(Json(shown, seconds).ToJsonString(new() { WriteIndented = true }));
        }
        else
        {
            WriteText(shown, count, kinds, seconds);
        }

        if (writePath is not null)
        {
            var file = new PlannedFile(Host, writePath, Full(writePath), Full(jobName), text, settings);
            Writing(writePath, () => file.Write(found, job => PlanningInputs.Price(job, productFormat, place, twin)));
        }

        return ExitCode.Done;
    }

    private void WriteText(SearchResult found, int count, string kinds, double seconds)
    {
        Line($"{Format.Count(found.Considered)} sound layouts on {count} x {kinds}: {Format.Count(found.TooLarge)} too large, {Format.Count(found.Priced)} priced, in {seconds:F2} s");
        Line($"ranked by the upper end of the 90 % interval");
        for (var i = 0; i < found.Best.Count; i++)
        {
            var ranked = found.Best[i];
            Line($"{i + 1,2}. {ranked.Price.Total:G4} s ({ranked.Low:G4} to {ranked.High:G4}), {string.Join(" + ", ranked.Shares.Select(share => $"{share.Gpus} {share.Accelerator}"))}, {ranked.MemoryBytes / 1e9:F0} GB: {LayoutText.Line(ranked.Layout)}");
            WriteShares(ranked);
            if (i > 0)
            {
                Line($"      loses by {(ranked.High / found.Best[0].High - 1) * 100:F1} %: {WhyLost.Sentence(found.Best[0], ranked)}");
            }
        }
    }

    // Weights, gradients and optimizer state take 16 bytes a weight however they are spread; what is left is for activations.
    private static string NextStep(ModelShape model, SiteSpec place, int count)
    {
        var state = 16.0 * ParameterCount.Total(model);
        var memory = place.Pools.Max(pool => MemoryFit.UsableBytes(pool.Accelerator));
        return state > memory * count
            ? $"weights, gradients and optimizer alone need {Math.Ceiling(state / memory):F0} of them: use more"
            : "its weights and optimizer would fit, its activations do not: use more, or a shorter model.sequence";
    }

    // Of pools of different speed each gets as many sequences as it can do by the same time; a pool alone needs no word.
    private void WriteShares(RankedLayout ranked)
    {
        if (ranked.Shares.Count < 2)
        {
            return;
        }

        foreach (var share in ranked.Shares)
        {
            Line($"      {share.Gpus} x {share.Accelerator}: {share.Replicas} replicas with up to {share.MicroBatches} micro-batches, {share.Sequences * 100:F1} % of the sequences, recompute {share.Recompute.ToString().ToLowerInvariant()}, done after {share.Seconds:G4} s");
        }
    }

    private static JsonObject Json(SearchResult found, double seconds) => new()
    {
        ["considered"] = found.Considered,
        ["tooLarge"] = found.TooLarge,
        ["priced"] = found.Priced,
        ["searchSeconds"] = seconds,
        ["best"] = new JsonArray([.. found.Best.Select(ranked => (JsonNode)new JsonObject
        {
            ["stepSeconds"] = ranked.Price.Total,
            ["stepSecondsLow"] = ranked.Low,
            ["stepSecondsHigh"] = ranked.High,
            ["memoryBytes"] = ranked.MemoryBytes,
            ["gpus"] = ranked.Layout.Ranks,
            ["breakdown"] = EstimateJson.Breakdown(ranked.Price),
            ["pools"] = new JsonArray([.. ranked.Shares.Select(share => (JsonNode)new JsonObject
            {
                ["accelerator"] = share.Accelerator,
                ["gpus"] = share.Gpus,
                ["replicas"] = share.Replicas,
                ["microBatches"] = share.MicroBatches,
                ["shareOfSequences"] = share.Sequences,
                ["recompute"] = share.Recompute.ToString().ToLowerInvariant(),
                ["seconds"] = share.Seconds,
            })]),
            ["layout"] = EstimateJson.LayoutNode(ranked.Layout),
            ["why"] = ReferenceEquals(ranked, found.Best[0]) ? "" : WhyLost.Sentence(found.Best[0], ranked),
        })]),
    };

    private void Line(FormattableString text) => Host.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
