using System.CommandLine;
using System.Globalization;
using Colossus.Cli.Figures;
using Colossus.Cli.Machine;
using Colossus.Cli.Traces;
using Colossus.Plan.Layouts;
using Colossus.Specs.Sites;
using Colossus.Twin.Estimates;
using Colossus.Twin.Pricing;
using Colossus.Twin.Reports;
using Colossus.Twin.Sites;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus estimate JOB --site SITE</c>: prices one step of a job on a site.</summary>
internal sealed class EstimateVerb : Verb
{
    private readonly Argument<string> job;
    private readonly Option<string> site = new("--site") { Description = "a site of the catalogue (colossus site list) or a site file", Required = true, HelpName = "site" };
    private readonly Option<string[]> set = new("--set") { Description = "replace a value of the job, such as parallel.tensor=8", HelpName = "section.key=value" };
    private readonly Option<string?> trace = new("--trace") { Description = "write a trace of the step that Perfetto opens; gzip if it ends in .gz", HelpName = "file" };
    private readonly Option<string?> twinFolder = PlanningInputs.TwinOption();
    private readonly Option<string?> products = PlanningInputs.ProductsOption();
    private readonly Option<string> format = FormatOption();

    public EstimateVerb(CliHost host) : base("estimate", "Price one training step of a job on a site: time, memory, where the time goes", host)
    {
        job = Words("job", "job file, or the name of a model");
        Arguments.Add(job);
        Options.Add(site);
        Options.Add(set);
        Options.Add(products);
        Options.Add(twinFolder);
        Options.Add(trace);
        Options.Add(format);
        SetAction((parsed, cancellation) => Task.FromResult(Run(
            parsed.GetRequiredValue(job),
            parsed.GetRequiredValue(site),
            parsed.GetValue(set) ?? [],
            parsed.GetValue(products),
            PlanningInputs.Twin(parsed.GetValue(twinFolder), Full),
            parsed.GetValue(trace),
            parsed.GetValue(format) == "json",
            cancellation)));
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("colossus estimate samples/grok-100k.yaml --site colossus-100k", "a job in its own layout"),
        new("colossus estimate grok-1 --site colossus-100k", "a model in the best layout found"),
        new("colossus estimate job.yaml --site dgx-h100 --trace step.json", "and a trace for ui.perfetto.dev"),
    ];

    private int Run(string jobName, string siteName, string[] settings, string? productFormat, (TwinParameters Parameters, TwinSpread Spread) twin, string? tracePath, bool json, CancellationToken cancellation)
    {
        var place = PlanningInputs.Site(Host, siteName, Full);
        var (priced, _, hasLayout) = PlanningInputs.Job(Host, jobName, settings, productFormat, place, place.Gpus, Full);
        var layout = priced.Layout;
        if (siteName == MeasuredSite.Name && hasLayout)
        {
            // Ranks share the cores of a machine between them.
            place = MeasuredSite.Find(Host, layout.Ranks);
        }

        if (!hasLayout)
        {
            Host.Say("the job names no layout; this is the best that a search finds");
            var found = PlanningInputs.Search(Host, place, priced, place.Gpus, PlanVerb.Kept, twin, cancellation);
            layout = (found.Best.FirstOrDefault(ranked => ranked.EqualShares)
                ?? throw CliException.Failed($"no layout of {jobName} fits on {place.Name} ({found.Considered} tried)")).Layout;
        }

        var estimate = SiteEstimator.Estimate(place, priced, layout, twin.Parameters, twin.Spread);
        if (tracePath is not null && estimate.Problems.Count == 0)
        {
            string[] stages = [.. Enumerable.Range(0, layout.Pipeline).Select(stage => $"stage {stage}")];
            Writing(tracePath, () => TraceFile.Write(Full(tracePath), stages, StepTrace.Of(estimate), []));
        }

        if (json)
        {
            Host.Out.WriteLine(EstimateJson.Write(estimate));
        }
        else
        {
            WriteText(estimate, place);
        }

        return estimate.Problems.Count > 0 ? ExitCode.BadInput : ExitCode.Done;
    }

    private void WriteText(StepEstimate estimate, SiteSpec place)
    {
        if (estimate.Problems.Count > 0)
        {
            Host.Complain("this layout cannot be run:");
            foreach (var problem in estimate.Problems)
            {
                Host.Say("  " + problem);
            }

            return;
        }

        var price = estimate.Price;
        Line($"{estimate.Layout.Ranks} of {place.Gpus} accelerators ({string.Join(" and ", estimate.Pools.Select(pool => estimate.Pools.Count == 1 ? pool.Machine.Accelerator.Id : $"{pool.Gpus} {pool.Machine.Accelerator.Id}"))}) on {place.Name}");
        if (estimate.Pools.Count > 1)
        {
            Line($"             equal shares for all: priced on {estimate.Machine.Accelerator.Id}, which ends last; 'colossus plan' gives each kind as much as it is fast");
        }

        Line($"layout       {LayoutText.Line(estimate.Layout)}");
        WritePadding(estimate.Model.Vocab, estimate.Layout.Tensor);
        Line($"step         {estimate.StepSeconds:G4} s   (90 % interval {estimate.LowSeconds:G4} to {estimate.HighSeconds:G4} s)");
        Line($"tokens       {Format.Count(estimate.TokensPerSecond)}/s, {Format.Count(estimate.TokensPerSecondPerGpu)}/s a GPU");
        Line($"utilization  {Format.Percent(estimate.ModelFlopsUtilization)} of the {(estimate.Setup.Format == MatrixFormat.Fp32 ? "32" : "16")}-bit peak ({estimate.ModelFlops:E2} model FLOPs a step, causal attention halved)");
        Line($"where the time goes");
        foreach (var (name, seconds) in new (string, double)[]
        {
            ("compute", price.Compute), ("tensor traffic", price.Tensor), ("stage traffic", price.Pipeline), ("data traffic", price.Data), ("expert traffic", price.Expert),
            ("context traffic", price.Context), ("pipeline waits", price.Bubble), ("optimizer", price.Optimizer), ("other", price.Other),
        })
        {
            if (seconds > 0)
            {
                Line($"  {name,-16}{seconds,10:F4} s {seconds / estimate.StepSeconds * 100,6:F1} %");
            }
        }

        var full = estimate.FullestStage;
        Line($"memory       {Bytes(full.Total)} of {Bytes(estimate.UsableBytes)} on the fullest stage: weights {Bytes(full.Weights)}, gradients {Bytes(full.Gradients)}, optimizer {Bytes(full.Optimizer)}, activations {Bytes(full.Activations)}");
        if (!estimate.Fits)
        {
            Line($"IT DOES NOT FIT");
        }

        Line($"next         {estimate.Advice}");
    }

    // Rows of zeros that the layout adds, so that each tensor rank has as many.
    private void WritePadding(int vocabulary, int tensor)
    {
        var rows = VocabularyRows.OfRank(vocabulary, tensor);
        if ((long)rows * tensor > vocabulary)
        {
            Line($"vocabulary   {vocabulary} padded to {(long)rows * tensor}: {rows} rows on each tensor rank");
        }
    }

    private static string Bytes(double bytes) => bytes < 1e9 ? FormattableString.Invariant($"{bytes / 1e6:F0} MB") : FormattableString.Invariant($"{bytes / 1e9:F1} GB");

    private void Line(FormattableString text) => Host.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
