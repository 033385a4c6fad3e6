using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Colossus.Cli.Files;
using Colossus.Specs.Jobs;
using Colossus.Twin.Estimates;
using Colossus.Twin.Search;

namespace Colossus.Cli.Verbs;

/// <summary>The job file that <c>plan --write</c> leaves: what the job and <c>--set</c> say, with the best layout in it, read back and priced before it gets its name.</summary>
/// <param name="host">Where it says what it did.</param>
/// <param name="path">The file as it was typed.</param>
/// <param name="full">Its full path.</param>
/// <param name="jobFile">Full path of the job.</param>
/// <param name="text">The job's text.</param>
/// <param name="settings">Values of <c>--set</c>.</param>
internal sealed class PlannedFile(CliHost host, string path, string full, string jobFile, string text, IReadOnlyList<string> settings)
{
    // Prices are sums in a fixed order: only the way through the text of a file may differ, by nothing that is seen.
    private const double tolerance = 1e-9;

    private const string dotnetDocs = "dotnet-docs";

    /// <summary>Refuses a file that is there, unless it may be replaced.</summary>
    /// <exception cref="CliException">It is there.</exception>
    public static void RequireFree(string path, string full, bool overwrite)
    {
        if (File.Exists(full) && !overwrite)
        {
            throw CliException.BadInput($"{path} is there already; name another file, or add --overwrite to replace it");
        }
    }

    /// <summary>Writes the file.</summary>
    /// <param name="found">What the search found.</param>
    /// <param name="price">Prices a job as <c>estimate</c> does.</param>
    /// <exception cref="CliException">No layout can be said in a file, or the file does not say what was planned; then it is not there.</exception>
    public void Write(SearchResult found, Func<JobSpec, StepEstimate> price)
    {
        // A job file says one number of micro-batches, and one recompute, for all replicas.
        var ranked = found.Best.FirstOrDefault(static candidate => candidate.EqualShares)
            ?? throw CliException.Failed("none of the best layouts has equal shares, and a job file cannot say others; use --gpus with one kind of accelerator");
        if (!ReferenceEquals(ranked, found.Best[0]))
        {
            host.Say($"the best layout has unequal shares, which a job file cannot say; written is the best with equal ones: {Seconds(ranked.Price.Total)}");
        }

        var planned = JobEditor.Write(text, jobFile, [.. settings, .. Moved(), .. LayoutText.Settings(ranked.Layout)], Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase));
        NewFile.Write(full, planned.Text, beside => Check(beside, ranked, price));
        host.Say($"{path} is written: {Seconds(ranked.Price.Total)} a step, read back and priced");
        if (planned.IsFresh)
        {
            host.Say($"it says every value anew, since the text of the job has no place for the plan; comments between its lines are left out");
        }
    }

    private void Check(string beside, RankedLayout ranked, Func<JobSpec, StepEstimate> price)
    {
        var reading = JobReader.Read(beside, [], toTrain: false);
        if (reading.Job is not { } job)
        {
            throw Wrong($"it cannot be read: {reading.Mistakes[0].Headline}");
        }

        var estimate = price(job);
        if (estimate.Layout != ranked.Layout)
        {
            throw Wrong($"it says {LayoutText.Line(estimate.Layout)}, planned is {LayoutText.Line(ranked.Layout)}");
        }

        if (estimate.Problems.Count > 0 || !(Math.Abs(estimate.StepSeconds - ranked.Price.Total) <= tolerance * ranked.Price.Total))
        {
            throw Wrong(estimate.Problems.Count > 0 ? estimate.Problems[0] : $"it takes {Seconds(estimate.StepSeconds)} a step, planned are {Seconds(ranked.Price.Total)}");
        }
    }

    private CliException Wrong(string what) => CliException.Failed($"{path} is not written: read back, {what}");

    // Relative paths start at the job's folder: in another folder they have to be written otherwise to name the same files.
    private IEnumerable<string> Moved()
    {
        string from = Path.GetDirectoryName(jobFile)!;
        string to = Path.GetDirectoryName(full)!;
        var data = JobReader.Parse(text, jobFile, settings, toTrain: false).Job!.Data;
        if (from == to)
        {
            yield break;
        }

        string[] sources = [.. data.Sources.Select(source => source == dotnetDocs ? source : Place(source))];
        if (!sources.SequenceEqual(data.Sources))
        {
            yield return $"data.source={new JsonArray([.. sources.Select(static source => (JsonNode)source)]).ToJsonString()}";
        }

        if (data.Cache is { } cache && Place(cache) != cache)
        {
            yield return $"data.cache={JsonSerializer.Serialize(Place(cache))}";
        }

        if (data.Tokenizer.Split(':', 2) is ["gpt2", var folder] && Place(folder) != folder)
        {
            yield return $"data.tokenizer={JsonSerializer.Serialize("gpt2:" + Place(folder))}";
        }

        string Place(string name) => Path.IsPathRooted(name) ? name : Path.GetRelativePath(to, Path.Combine(from, name));
    }

    private static string Seconds(double seconds) => seconds.ToString("G4", CultureInfo.InvariantCulture) + " s";
}
