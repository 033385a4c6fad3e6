using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Colossus.Cli.Figures;
using Colossus.Specs.Sites;
using Colossus.Twin.Estimates;
using Colossus.Twin.Pricing;
using Colossus.Twin.Search;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus plan JOB --site SITE</c>: searches all layouts and says why the others lose.</summary>
internal sealed class PlanVerb : Verb
{
    private readonly Argument<string> job;
    private readonly Option<string> site = new("--site") { Description = "a site of the catalogue (colossus site list) or a site file", Required = true, HelpName = "site" };
    private readonly Option<int?> gpus = new("--gpus") { Description = "accelerators to use; default: all of the site", HelpName = "number" };
    private readonly Option<int> top = new("--top") { Description = "layouts to print", HelpName = "number", DefaultValueFactory = _ => 5 };
    private readonly Option<string[]> set = new("--set") { Description = "replace a value of the job, such as train.globalBatch=2048", HelpName = "section.key=value" };
    private readonly Option<string?> write = new("--write") { Description = "write the job with the best layout in it", HelpName = "file" };
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
        Options.Add(write);
        Options.Add(format);
        SetAction((parsed, cancellation) => Task.FromResult(Run(
            parsed.GetRequiredValue(job),
            parsed.GetRequiredValue(site),
            parsed.GetValue(gpus),
            parsed.GetValue(top),
            parsed.GetValue(set) ?? [],
            parsed.GetValue(products),
            parsed.GetValue(write),
            parsed.GetValue(format) == "json",
            cancellation)));
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("colossus plan grok-1 --site colossus-100k", "the best layouts on 100,000 H100"),
        new("colossus plan job.yaml --site llama3-16k --gpus 2048 --write planned.yaml", "and a job file with the best in it"),
    ];

    private int Run(string jobName, string siteName, int? wanted, int keep, string[] settings, string? productFormat, string? writePath, bool json, CancellationToken cancellation)
    {
        var place = PlanningInputs.Site(siteName, Full);
        var count = wanted ?? place.Gpus;
        if (count < 1 || count > place.Gpus || keep < 1)
        {
            throw CliException.BadInput(count < 1 || count > place.Gpus ? $"--gpus is {count}; {place.Name} has {place.Gpus}" : $"--top is {keep}; use 1 or more");
        }

        var (priced, text, _) = PlanningInputs.Job(jobName, settings, productFormat, count, Full);
        var machine = SiteMachine.Of(place);
        var search = new LayoutSearch(priced.Model, machine, priced.Setup, TwinParameters.Shipped, TwinSpread.Shipped);
        var started = Host.Time.GetTimestamp();
        var found = search.Run(new SearchSpace(count, priced.Layout.GlobalBatch), keep, cancellation);
        var seconds = Host.Time.GetElapsedTime(started).TotalSeconds;
        if (found.Best.Count == 0)
        {
            throw CliException.Failed($"no layout fits: {found.Considered} sound ones tried on {count} x {machine.Accelerator.Id}, {found.TooLarge} of them too large for {machine.Accelerator.MemoryBytes / 1e9:F0} GB");
        }

        if (writePath is not null)
        {
            File.WriteAllText(Full(writePath), PlannedJob.Write(text, found.Best[0].Layout, priced.Layout.GlobalBatch));
        }

        if (json)
        {
            Host.Out.WriteLine(Json(found, seconds).ToJsonString(new() { WriteIndented = true }));
            return ExitCode.Done;
        }

        Line($"{Format.Count(found.Considered)} sound layouts on {count} x {machine.Accelerator.Id}: {Format.Count(found.TooLarge)} too large, {Format.Count(found.Priced)} priced, in {seconds:F2} s");
        Line($"ranked by the upper end of the 90 % interval");
        for (var i = 0; i < found.Best.Count; i++)
        {
            var ranked = found.Best[i];
            Line($"{i + 1,2}. {ranked.Price.Total:G4} s ({ranked.Low:G4} to {ranked.High:G4}), {ranked.Layout.Ranks} GPUs, {ranked.MemoryBytes / 1e9:F0} GB: {LayoutText.Line(ranked.Layout)}");
            if (i > 0)
            {
                Line($"      loses by {(ranked.High / found.Best[0].High - 1) * 100:F1} %: {WhyLost.Sentence(found.Best[0], ranked)}");
            }
        }

        SharesOfPools(place, found.Best[0], priced, count);
        return ExitCode.Done;
    }

    // Pools of different speed finish together when each gets samples in proportion to its speed.
    private void SharesOfPools(SiteSpec place, RankedLayout best, Twin.Jobs.PricedJob priced, int count)
    {
        if (place.Pools.Count < 2 || count < place.Gpus)
        {
            return;
        }

        var speeds = place.Pools.Select(pool =>
            pool.Gpus / StepEstimator.Price(priced.Model, SiteMachine.Of(place, pool), priced.Setup, best.Layout, TwinParameters.Shipped).Total).ToArray();
        var sum = speeds.Sum();
        Line($"priced as if all were the weaker kind; to let all pools finish together, share the batch out:");
        for (var i = 0; i < speeds.Length; i++)
        {
            Line($"  {place.Pools[i].Gpus} x {place.Pools[i].Accelerator.Id}: {speeds[i] / sum * 100:F1} % of the sequences ({(double)place.Pools[i].Gpus / place.Gpus * 100:F1} % of the accelerators)");
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
            ["layout"] = EstimateJson.LayoutNode(ranked.Layout),
            ["why"] = ReferenceEquals(ranked, found.Best[0]) ? "" : WhyLost.Sentence(found.Best[0], ranked),
        })]),
    };

    private void Line(FormattableString text) => Host.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
