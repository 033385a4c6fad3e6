// Times whole searches and single prices of the twin on one core, and writes one JSON object with the figures of a peer beside them.
// dotnet run --project bench/twin -c Release > bench/results/twin-search.json
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Colossus.Bench.Twin;
using Colossus.Plan.Work;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using Colossus.Specs.Sites;
using Colossus.Twin.Jobs;
using Colossus.Twin.Pricing;
using Colossus.Twin.Search;

const int rounds = 5;
SearchCase[] cases =
[
    new("gpt3-175b on 1,024 A100", "gpt3-175b", "a100-sxm-80gb", 200, 1024, 1536),
    new("grok-1 on 100,000 H100", "grok-1", "h100-sxm", 400, 100_000, 100_000),
];
var setup = new TrainingSetup(MatrixFormat.Bf16, FlashAttention: true, SoftwareStack.Fused);
var searches = new JsonArray();
foreach (SearchCase one in cases)
{
    AcceleratorSpec accelerator = AcceleratorCatalogue.Find(one.Accelerator)!;
    var machine = new Machine(accelerator, accelerator.LinkDomain, one.NetworkGbps * 1e9 / 8);
    var search = new LayoutSearch(ModelShapeCatalogue.Find(one.Model)!, machine, setup, TwinParameters.Shipped, TwinSpread.Shipped);
    var seconds = new List<double>();
    SearchResult result = search.Run(new SearchSpace(one.Gpus, one.GlobalBatch), 5);
    for (int round = 0; round < rounds; round++)
    {
        long started = Stopwatch.GetTimestamp();
        result = search.Run(new SearchSpace(one.Gpus, one.GlobalBatch), 5);
        seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    seconds.Sort();
    searches.Add(new JsonObject
    {
        ["search"] = one.Name,
        ["considered"] = result.Considered,
        ["tooLarge"] = result.TooLarge,
        ["priced"] = result.Priced,
        ["secondsMin"] = seconds[0],
        ["secondsMedian"] = seconds[rounds / 2],
        ["secondsMax"] = seconds[^1],
        ["microsecondsPerConsidered"] = seconds[rounds / 2] / result.Considered * 1e6,
        ["microsecondsPerPriced"] = seconds[rounds / 2] / result.Priced * 1e6,
        ["bestStepSeconds"] = result.Best[0].Price.Total,
    });
}

// Over two kinds of accelerators: each alone, and both together.
var large = new PricedJob(ModelShapeCatalogue.Find("grok-1")!, default(Layout) with { GlobalBatch = 16_384 }, setup);
SiteSpec doubled = SiteCatalogue.Find("colossus-200k")!;
long startedMixed = Stopwatch.GetTimestamp();
SearchResult mixed = SiteSearch.Run(doubled, large, doubled.Gpus, 5, TwinParameters.Shipped, TwinSpread.Shipped);
double mixedSeconds = Stopwatch.GetElapsedTime(startedMixed).TotalSeconds;

// A price with nothing kept from the one before: every layout changes what a layer costs.
AcceleratorSpec a100 = AcceleratorCatalogue.Find("a100-sxm-80gb")!;
var pricer = new StepPricer(ModelShapeCatalogue.Find("gpt3-175b")!, new Machine(a100, 8, 25e9), setup, TwinParameters.Shipped);
const int prices = 200_000;
double sum = 0;
long before = Stopwatch.GetTimestamp();
for (int i = 0; i < prices; i++)
{
    var layout = new Layout(16, 8, 8, 1, 1, 1, 1, true, 1 + (i & 1), 1536, Recompute.Selective, PipelineSchedule.OneForwardOneBackward);
    pricer.Price(layout, out StepPrice price);
    sum += price.Total;
}

double cold = Stopwatch.GetElapsedTime(before).TotalSeconds / prices * 1e6;
double[] estimates = [.. Enumerable.Range(0, 2 * rounds).Select(_ => CommandSeconds("estimate", "samples/grok-100k.yaml", "--site", "colossus-100k")).Order()];
var answer = new JsonObject
{
    ["what"] = "layout search of the twin, one thread",
    ["processors"] = Environment.ProcessorCount,
    ["runtime"] = Environment.Version.ToString(),
    ["searches"] = searches,
    ["twoKinds"] = new JsonObject { ["search"] = "grok-1 on 150,000 H100 and 50,000 H200", ["considered"] = mixed.Considered, ["priced"] = mixed.Priced, ["seconds"] = mixedSeconds },
    ["microsecondsPerPriceNothingKept"] = cold,
    ["estimateCommandSecondsMedian"] = estimates[rounds],
    ["estimateCommandSecondsMax"] = estimates[^1],
    ["checkSum"] = (sum / prices).ToString("G6", CultureInfo.InvariantCulture),
    ["peakMegabytes"] = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6,
    ["peer"] = new JsonObject
    {
        ["name"] = "Calculon",
        ["millisecondsPerPlan"] = "1.65 to 10.3",
        ["configurationsPerSecond"] = "252 (1,500 with its log formatting off)",
        ["configurationsOfItsSearch"] = "1.7 million (GPT-3 175B on 1,024 A100)",
        ["note"] = "measured on a machine of the same kind, 2 cores",
    },
};
Console.WriteLine(answer.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));

// Seconds of a whole command, from the start of the process to its end.
static double CommandSeconds(params string[] arguments)
{
    DirectoryInfo root = new(AppContext.BaseDirectory);
    while (!File.Exists(Path.Combine(root.FullName, "Colossus.slnx")))
    {
        root = root.Parent!;
    }

    long started = Stopwatch.GetTimestamp();
    using var process = Process.Start(new ProcessStartInfo(Path.Combine(root.FullName, "colossus"), arguments) { WorkingDirectory = root.FullName, RedirectStandardOutput = true })!;
    process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return Stopwatch.GetElapsedTime(started).TotalSeconds;
}
