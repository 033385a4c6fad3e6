using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Colossus.Cli.Figures;
using Colossus.Cli.Machine;
using Colossus.Specs.Sites;
using Colossus.Twin.Jobs;
using Colossus.Twin.Search;

namespace Colossus.Cli.Verbs;

/// <summary><c>colossus site list, show, compare</c>: the catalogue of sites.</summary>
internal sealed class SiteVerb : Verb
{
    public SiteVerb(CliHost host) : base("site", "The catalogue of sites: what they have, and two of them side by side", host)
    {
        Subcommands.Add(new ListVerb(host));
        Subcommands.Add(new ShowVerb(host));
        Subcommands.Add(new CompareVerb(host));
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("colossus site list", "what the catalogue has"),
        new("colossus site compare colossus-100k rival-80k --job grok-1", "the same job on both"),
    ];

    private static JsonObject Json(SiteSpec site) => new()
    {
        ["name"] = site.Name,
        ["description"] = site.Description,
        ["gpus"] = site.Gpus,
        ["nodes"] = site.Nodes,
        ["pools"] = new JsonArray([.. site.Pools.Select(pool => (JsonNode)new JsonObject { ["accelerator"] = pool.Accelerator.Id, ["nodes"] = pool.Nodes, ["gpus"] = pool.Gpus })]),
        ["peakBf16"] = site.Peak(MatrixFormat.Bf16),
        ["peakFp8"] = site.Peak(MatrixFormat.Fp8),
        ["peakFp4"] = site.Peak(MatrixFormat.Nvfp4),
        ["memoryBytes"] = site.MemoryBytes,
        ["memoryBandwidth"] = site.MemoryBandwidth,
        ["networkGbpsPerGpu"] = site.NicGbpsPerGpu,
        ["acceleratorWatts"] = site.AcceleratorWatts,
        ["siteMegawatts"] = site.Megawatts,
        ["largestModelParameters"] = LargestModel(site),
    };

    private static string OrNone(double flops) => flops > 0 ? Format.FlopsPerSecond(flops) : "none";

    /// <summary>Weights of the largest model whose state (16 bytes a weight) fills the memory, nothing left for activations.</summary>
    private static double LargestModel(SiteSpec site) => site.MemoryBytes / 16;

    private static (string Name, Func<SiteSpec, double> Of, Func<double, string> Text)[] Rows { get; } =
    [
        ("accelerators", site => site.Gpus, value => value.ToString("N0", CultureInfo.InvariantCulture)),
        ("machines", site => site.Nodes, value => value.ToString("N0", CultureInfo.InvariantCulture)),
        ("peak, 16-bit", site => site.Peak(MatrixFormat.Bf16), Format.FlopsPerSecond),
        ("peak, 8-bit", site => site.Peak(MatrixFormat.Fp8), OrNone),
        ("peak, 4-bit", site => site.Peak(MatrixFormat.Nvfp4), OrNone),
        ("memory", site => site.MemoryBytes, value => Format.Count(value) + "B"),
        ("memory bandwidth", site => site.MemoryBandwidth, value => Format.Count(value) + "B/s"),
        ("network a GPU", site => site.NicGbpsPerGpu, value => value.ToString("0", CultureInfo.InvariantCulture) + " Gb/s"),
        ("accelerators' power", site => site.AcceleratorWatts / 1e6, value => value > 0 ? value.ToString("0.###", CultureInfo.InvariantCulture) + " MW" : "not known"),
        ("largest model (16 B a weight)", LargestModel, value => Format.Count(value) + " weights"),
    ];

    private sealed class ListVerb : Verb
    {
        public override IReadOnlyList<Example> Examples => [new("colossus site list", "names, sizes, one sentence each")];

        public ListVerb(CliHost host) : base("list", "All sites of the catalogue", host)
        {
            var format = FormatOption();
            Options.Add(format);
            SetAction(parsed =>
            {
                if (parsed.GetValue(format) == "json")
                {
                    Host.Out.WriteLine(new JsonArray([.. SiteCatalogue.All.Select(site => (JsonNode)Json(site))]).ToJsonString(new() { WriteIndented = true }));
                    return ExitCode.Done;
                }

                foreach (var site in SiteCatalogue.All)
                {
                    Host.Out.WriteLine($"{site.Name,-16} {site.Gpus.ToString("N0", CultureInfo.InvariantCulture),9}  {site.Description}");
                }

                Host.Out.WriteLine($"{MeasuredSite.Name,-16} {Environment.ProcessorCount,9}  The cores of this machine, measured by colossus doctor");

                return ExitCode.Done;
            });
        }
    }

    private sealed class ShowVerb : Verb
    {
        public override IReadOnlyList<Example> Examples => [new("colossus site show colossus-200k", "a site of two kinds of accelerator")];

        public ShowVerb(CliHost host) : base("show", "One site: machines, peak, memory, network, power", host)
        {
            var name = Words("site", "a site of the catalogue or a site file");
            var format = FormatOption();
            Arguments.Add(name);
            Options.Add(format);
            SetAction(parsed =>
            {
                var site = PlanningInputs.Site(Host, parsed.GetRequiredValue(name), Full);
                if (parsed.GetValue(format) == "json")
                {
                    Host.Out.WriteLine(Json(site).ToJsonString(new() { WriteIndented = true }));
                    return ExitCode.Done;
                }

                Host.Out.WriteLine($"{site.Name}: {site.Description}");
                foreach (var pool in site.Pools)
                {
                    Host.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {pool.Gpus:N0} x {pool.Accelerator.Id}, {pool.GpusPerNode} a machine, {pool.Accelerator.MemoryBytes / 1e9:0} GB at {Format.Count(pool.Accelerator.MemoryBandwidth)}B/s each"));
                }

                foreach (var (row, of, text) in Rows)
                {
                    Host.Out.WriteLine($"  {row,-30} {text(of(site))}");
                }

                return ExitCode.Done;
            });
        }
    }

    private sealed class CompareVerb : Verb
    {
        private readonly Argument<string> first;
        private readonly Argument<string> second;
        private readonly Option<string?> job = new("--job") { Description = "job file or model to price on both, each in its best layout", HelpName = "job" };
        private readonly Option<string> format = FormatOption();

        public override IReadOnlyList<Example> Examples => [new("colossus site compare colossus-100k rival-80k --job grok-1", "hardware, and the same job on both")];

        public CompareVerb(CliHost host) : base("compare", "Two sites side by side", host)
        {
            first = Words("first", "a site of the catalogue or a site file");
            second = Words("second", "another one");
            Arguments.Add(first);
            Arguments.Add(second);
            Options.Add(job);
            Options.Add(format);
            SetAction(parsed => Run(
                PlanningInputs.Site(Host, parsed.GetRequiredValue(first), Full),
                PlanningInputs.Site(Host, parsed.GetRequiredValue(second), Full),
                parsed.GetValue(job),
                parsed.GetValue(format) == "json"));
        }

        private int Run(SiteSpec a, SiteSpec b, string? jobName, bool json)
        {
            var bestA = jobName is null ? null : Best(a, jobName);
            var bestB = jobName is null ? null : Best(b, jobName);
            if (json)
            {
                var node = new JsonObject { ["first"] = Json(a), ["second"] = Json(b) };
                if (jobName is not null)
                {
                    node["job"] = jobName;
                    node["firstTokensPerSecond"] = bestA?.Tokens;
                    node["secondTokensPerSecond"] = bestB?.Tokens;
                }

                Host.Out.WriteLine(node.ToJsonString(new() { WriteIndented = true }));
                return ExitCode.Done;
            }

            Host.Out.WriteLine($"{"",-30} {a.Name,19} {b.Name,19}   second/first");
            foreach (var (row, of, text) in Rows)
            {
                var ratio = of(a) > 0 ? (of(b) / of(a)).ToString("0.000", CultureInfo.InvariantCulture) : "";
                Host.Out.WriteLine($"{row,-30} {text(of(a)),19} {text(of(b)),19}   {ratio}");
            }

            if (bestA is { } left && bestB is { } right)
            {
                Host.Out.WriteLine($"{jobName + ", tokens",-30} {Format.Count(left.Tokens) + "/s",19} {Format.Count(right.Tokens) + "/s",19}   {(right.Tokens / left.Tokens).ToString("0.000", CultureInfo.InvariantCulture)}");
            }
            else if (jobName is not null)
            {
                Host.Out.WriteLine($"{jobName} does not fit on {(bestA is null ? a.Name : b.Name)}");
            }

            return ExitCode.Done;
        }

        private (double Tokens, RankedLayout Best)? Best(SiteSpec site, string jobName)
        {
            PricedJob priced = PlanningInputs.Job(Host, jobName, [], null, site, site.Gpus, Full).Job;
            var found = PlanningInputs.Search(Host, site, priced, site.Gpus, 1, PlanningInputs.Twin(null, Full));
            return found.Best.Count == 0 ? null : ((double)priced.Layout.GlobalBatch * priced.Model.Sequence / found.Best[0].Price.Total, found.Best[0]);
        }
    }
}
