using Colossus.Cli.Figures;
using Colossus.Cli.Machine;
using Colossus.Plan.Work;
using Colossus.Specs.Diagnostics;
using Colossus.Specs.Jobs;
using Colossus.Specs.Sites;
using Colossus.Specs.Texts;
using Colossus.Twin.Estimates;
using Colossus.Twin.Jobs;
using Colossus.Twin.Pricing;
using Colossus.Twin.Search;
using Colossus.Twin.Sites;

namespace Colossus.Cli.Verbs;

/// <summary>Finds the job, the site and the tables that the planning verbs are given by name or by path.</summary>
internal static class PlanningInputs
{
    /// <summary>A site of the catalogue by name, this machine, or a site in a file.</summary>
    public static SiteSpec Site(CliHost host, string nameOrPath, Func<string, string> full)
    {
        if (nameOrPath == MeasuredSite.Name)
        {
            return MeasuredSite.Find(host);
        }

        if (SiteCatalogue.Find(nameOrPath) is { } known)
        {
            return known;
        }

        if (!File.Exists(full(nameOrPath)))
        {
            string[] names = [.. SiteCatalogue.All.Select(site => site.Name), MeasuredSite.Name];
            var near = Suggestions.Nearest(nameOrPath, names) is { } name ? $"did you mean {name}? " : "";
            throw CliException.BadInput($"there is no site '{nameOrPath}'; {near}use a file or one of {string.Join(", ", names)}");
        }

        var reading = SiteReader.Read(full(nameOrPath), nameOrPath);
        return reading.Site ?? throw Refused(host, reading.Mistakes);
    }

    /// <summary>A job in a file, or a model by the name of its preset.</summary>
    /// <param name="site">Where it runs: a model alone gets a batch for so many accelerators, and processors run other software than GPUs.</param>
    /// <returns>The job, its text, and whether its layout was given: a preset alone has none.</returns>
    public static (PricedJob Job, string Text, bool HasLayout) Job(
        CliHost host, string nameOrPath, IReadOnlyList<string> settings, string? products, SiteSpec site, int gpus, Func<string, string> full)
    {
        JobReading reading;
        if (File.Exists(full(nameOrPath)))
        {
            reading = JobReader.Read(full(nameOrPath), settings, toTrain: false, nameOrPath);
        }
        else if (ModelShapeCatalogue.Find(nameOrPath) is not null)
        {
            // A model alone says nothing of batches: up to some hundred million tokens a step are usual for large runs.
            var batch = gpus > 16_384 ? 16_384 : gpus > 1024 ? 4096 : 512;
            var text = $"name: {nameOrPath}\nmodel:\n  preset: {nameOrPath}\ntrain:\n  globalBatch: {batch}\n  microBatch: 1\n  precision: bf16\n";
            reading = JobReader.Parse(text, nameOrPath, settings, toTrain: false);
        }
        else
        {
            string[] models = [.. ModelShapeCatalogue.All.Select(pair => pair.Key)];
            var near = Suggestions.Nearest(nameOrPath, models) is { } model ? $"did you mean {model}? " : "";
            throw CliException.BadInput($"there is no job file or model '{nameOrPath}'; {near}models are {string.Join(", ", models)}");
        }

        var job = reading.Job ?? throw Refused(host, reading.Mistakes);
        return (Priced(job, products, site), reading.Text, reading.Places!.Has("parallel"));
    }

    /// <summary>The price of a job in its own layout.</summary>
    public static StepEstimate Price(JobSpec job, string? products, SiteSpec site, (TwinParameters Parameters, TwinSpread Spread) twin)
    {
        var priced = Priced(job, products, site);
        return SiteEstimator.Estimate(site, priced, priced.Layout, twin.Parameters, twin.Spread);
    }

    private static PricedJob Priced(JobSpec job, string? products, SiteSpec site) =>
        PricedJob.From(job, products is null ? null : Enum.Parse<MatrixFormat>(products, ignoreCase: true)).On(site);

    // All mistakes of a file with their places, then how many.
    private static CliException Refused(CliHost host, IReadOnlyList<Diagnostic> mistakes)
    {
        foreach (var mistake in mistakes)
        {
            host.Say(mistake.ToString());
        }

        return CliException.BadInput(mistakes.Count == 1 ? "1 mistake; nothing was priced" : $"{mistakes.Count} mistakes; nothing was priced");
    }

    /// <summary>The best layouts of a job on a site; a bar shows how far the search has come.</summary>
    public static SearchResult Search(
        CliHost host, SiteSpec site, PricedJob job, int gpus, int keep, (TwinParameters Parameters, TwinSpread Spread) twin, CancellationToken cancellation = default)
    {
        if (site.Peak(job.Setup.Format) <= 0)
        {
            throw CliException.BadInput($"{string.Join(" and ", site.Pools.Select(pool => pool.Accelerator.Id).Distinct())} on {site.Name} have no {job.Setup.Format.ToString().ToLowerInvariant()} products; choose another train.precision or --products");
        }

        var progress = new ShareProgressLine(host, "searching layouts");
        try
        {
            return SiteSearch.Run(site, job, gpus, keep, twin.Parameters, twin.Spread, Environment.ProcessorCount, progress, cancellation);
        }
        finally
        {
            progress.Clear();
        }
    }

    /// <summary>The option <c>--twin</c>.</summary>
    public static System.CommandLine.Option<string?> TwinOption() =>
        new("--twin") { Description = "folder written by twin calibrate; default: the values that ship", HelpName = "folder" };

    /// <summary>Quantities and intervals: those that ship, or those that <c>twin calibrate</c> wrote to a folder.</summary>
    public static (TwinParameters Parameters, TwinSpread Spread) Twin(string? folder, Func<string, string> full)
    {
        if (folder is null)
        {
            return (TwinParameters.Shipped, TwinSpread.Shipped);
        }

        var parameters = Path.Combine(full(folder), "twin-parameters.csv");
        var spread = Path.Combine(full(folder), "twin-spread.csv");
        return File.Exists(parameters) && File.Exists(spread)
            ? (TwinParameters.Parse(Table(parameters, parameters)), TwinSpread.Parse(Table(spread, spread)))
            : throw CliException.BadInput($"{folder} lacks twin-parameters.csv or twin-spread.csv; colossus twin calibrate writes both");
    }

    /// <summary>The text of a table.</summary>
    /// <param name="path">The file, of 16 MiB at most.</param>
    /// <param name="shown">Its name in messages.</param>
    /// <exception cref="CliException">It cannot be read; exit code 2.</exception>
    public static string Table(string path, string shown)
    {
        try
        {
            return TextFile.Read(path, TextFile.LongestTable);
        }
        catch (TextFileTooLongException error)
        {
            throw CliException.BadInput($"{shown} is larger than {error.Longest >> 20} MiB; split the table into several files");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.BadInput($"{shown} cannot be read: {error.Message.TrimEnd('.')}; give a table that you may read");
        }
    }

    /// <summary>The option <c>--products</c>: formats that the twin prices and a job file cannot name.</summary>
    public static System.CommandLine.Option<string?> ProductsOption()
    {
        var option = new System.CommandLine.Option<string?>("--products")
        {
            Description = "price matrix products in this format instead of the job's precision",
            HelpName = "fp16|mxfp8|nvfp4",
        };
        option.AcceptOnlyFromAmong("fp16", "mxfp8", "nvfp4");
        return option;
    }
}
