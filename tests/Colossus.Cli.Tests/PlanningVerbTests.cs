using System.Text.Json;
using Colossus.Plan.Work;
using Colossus.Specs.Sites;

namespace Colossus.Cli.Tests;

public sealed class PlanningVerbTests
{
    // The one model that is made for a laptop keeps no large site busy.
    public static TheoryData<string> Models => [.. ModelShapeCatalogue.All.Select(pair => pair.Key).Where(name => name != "grok-nano")];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Every_model_is_estimated_on_a_large_site_and_the_parts_add_up(string model)
    {
        using var test = new TestHost();
        Assert.Equal(0, await test.Run(
            "estimate", model, "--site", "llama3-16k", "--format", "json", "--set", "train.globalBatch=64", "--set", "parallel.data=8", "--set", "parallel.pipeline=2", "--set", "parallel.tensor=4"));
        using var answer = JsonDocument.Parse(test.Out);
        var root = answer.RootElement;
        var step = root.GetProperty("stepSeconds").GetDouble();
        Assert.Equal(step, root.GetProperty("breakdown").EnumerateObject().Sum(part => part.Value.GetDouble()), 1e-9 * step);
        Assert.InRange(step, root.GetProperty("stepSecondsLow").GetDouble(), root.GetProperty("stepSecondsHigh").GetDouble());
        Assert.InRange(root.GetProperty("modelFlopsUtilization").GetDouble(), 0.01, 0.75);
        Assert.Equal(64, root.GetProperty("gpus").GetInt32());
        var memory = root.GetProperty("memoryBytesPerGpu");
        Assert.Equal(
            memory.GetProperty("total").GetDouble(),
            memory.GetProperty("weights").GetDouble() + memory.GetProperty("gradients").GetDouble() + memory.GetProperty("optimizer").GetDouble() + memory.GetProperty("activations").GetDouble(),
            1.0);
    }

    [Fact]
    public async Task Every_site_is_listed_and_shown()
    {
        using var list = new TestHost();
        Assert.Equal(0, await list.Run("site", "list"));
        foreach (var site in SiteCatalogue.All)
        {
            Assert.Contains(site.Name, list.Out, StringComparison.Ordinal);
            using var show = new TestHost();
            Assert.Equal(0, await show.Run("site", "show", site.Name, "--format", "json"));
            Assert.Equal(site.Gpus, JsonDocument.Parse(show.Out).RootElement.GetProperty("gpus").GetInt32());
        }
    }

    [Fact]
    public async Task A_planned_job_is_estimated_as_planned()
    {
        using var test = new TestHost();
        Assert.Equal(0, await test.Run("plan", "llama3-8b", "--site", "dgx-h100", "--format", "json", "--write", "planned.yaml"));
        var planned = JsonDocument.Parse(test.Out).RootElement.GetProperty("best")[0].GetProperty("stepSeconds").GetDouble();
        using var again = new TestHost();
        File.Copy(Path.Combine(test.Folder, "planned.yaml"), Path.Combine(again.Folder, "planned.yaml"));
        Assert.Equal(0, await again.Run("estimate", "planned.yaml", "--site", "dgx-h100", "--format", "json", "--trace", "step.json"));
        Assert.Equal(planned, JsonDocument.Parse(again.Out).RootElement.GetProperty("stepSeconds").GetDouble(), 9);
        using var trace = JsonDocument.Parse(File.ReadAllText(Path.Combine(again.Folder, "step.json")));
        var events = trace.RootElement.GetProperty("traceEvents").EnumerateArray().ToList();
        Assert.Equal("stage 0", events.First(e => e.GetProperty("name").GetString() == "process_name").GetProperty("args").GetProperty("name").GetString());
        Assert.Contains(events, e => e.GetProperty("name").GetString() == "forward" && e.GetProperty("cat").GetString() == "pass");
        var step = events.First(e => e.GetProperty("name").GetString() == "step");
        Assert.Equal(planned * 1e6, step.GetProperty("dur").GetDouble(), planned * 1e5);
    }

    [Fact]
    public async Task Mistakes_in_a_job_come_with_positions_and_advice()
    {
        using var test = new TestHost();
        File.WriteAllText(Path.Combine(test.Folder, "job.yaml"), "model:\n  preset: grok-9\n  heads: many\nparallel: { tensr: 2 }\n");
        Assert.Equal(2, await test.Run("estimate", "job.yaml", "--site", "dgx-h100"));
        Assert.Contains("job.yaml:2:11: error", test.Error, StringComparison.Ordinal);
        Assert.Contains("job.yaml:3:10: error", test.Error, StringComparison.Ordinal);
        Assert.Contains("job.yaml:4:13: error", test.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layout_that_does_not_divide_is_a_clear_answer()
    {
        using var test = new TestHost();
        Assert.Equal(2, await test.Run("estimate", "llama3-8b", "--site", "dgx-h100", "--set", "parallel.tensor=3"));
        Assert.Contains("model.heads (32) is not divisible by it", test.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_answers_with_stable_names_and_writes_a_page()
    {
        using var test = new TestHost();
        File.WriteAllText(Path.Combine(test.Folder, "runs.csv"), string.Join('\n', PublishedRuns.Split('\n').Take(12)));
        Assert.Equal(0, await test.Run("twin", "check", "runs.csv", "--format", "json", "--report", "check.html"));
        using var answer = JsonDocument.Parse(test.Out);
        foreach (var name in new[] { "rows", "refused", "mape", "medianAbsoluteError", "p90AbsoluteError", "maxAbsoluteError", "bias", "intervalCoverage", "groups", "cases" })
        {
            Assert.True(answer.RootElement.TryGetProperty(name, out _), name);
        }

        Assert.Contains("<svg", File.ReadAllText(Path.Combine(test.Folder, "check.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_the_persons_mistake_and_a_missing_folder_is_made()
    {
        using var test = new TestHost();
        Assert.Equal(2, await test.Run("estimate", "llama3-8b", "--site", "dgx-h100", "--set", "parallel.data=8", "--set", "parallel.recompute=full", "--trace", test.Folder));
        Assert.Contains("cannot be written", test.Error, StringComparison.Ordinal);
        using var again = new TestHost();
        Assert.Equal(0, await again.Run("estimate", "llama3-8b", "--site", "dgx-h100", "--set", "parallel.data=8", "--set", "parallel.recompute=full", "--trace", "new/trace.json"));
        Assert.True(File.Exists(Path.Combine(again.Folder, "new", "trace.json")));
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("estimate")]
    public async Task A_format_that_no_accelerator_of_the_site_has_is_named(string verb)
    {
        using var test = new TestHost();
        Assert.Equal(2, await test.Run(verb, "llama3-8b", "--site", "dgx-h100", "--products", "nvfp4"));
        Assert.Contains("h100-sxm on dgx-h100 have no nvfp4 products", test.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_comment_about_parallelism_is_no_layout()
    {
        using var test = new TestHost();
        File.WriteAllText(Path.Combine(test.Folder, "job.yaml"), "# parallel: to be found\nmodel: { preset: llama3-8b }\ntrain: { globalBatch: 64, microBatch: 1, precision: bf16 }\n");
        Assert.Equal(0, await test.Run("estimate", "job.yaml", "--site", "dgx-h100"));
        Assert.Contains("the best that a search finds", test.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_of_a_site_file_are_shown_with_their_places_and_counted()
    {
        using var test = new TestHost();
        File.WriteAllText(Path.Combine(test.Folder, "site.yaml"), "name: a\npools: [{ accelerator: h100, nodes: x }]\n");
        Assert.Equal(2, await test.Run("site", "show", "site.yaml"));
        Assert.Contains("site.yaml:2:24: error COL1004: pools[0].accelerator is 'h100'", test.Error, StringComparison.Ordinal);
        Assert.Contains("2 mistakes; nothing was priced", test.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_without_its_columns_is_refused_with_their_names()
    {
        using var test = new TestHost();
        File.WriteAllText(Path.Combine(test.Folder, "runs.csv"), "id,layers\na,1\n");
        Assert.Equal(2, await test.Run("twin", "check", "runs.csv"));
        Assert.Contains("lacks the columns hidden, heads", test.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calibrate_says_how_sure_it_is_and_check_uses_what_it_wrote()
    {
        using var test = new TestHost();
        var lines = PublishedRuns.Split('\n');
        File.WriteAllText(Path.Combine(test.Folder, "runs.csv"), lines[0] + "\n" + string.Join('\n', lines.Where(line => line.StartsWith("tt-", StringComparison.Ordinal)).Take(8)));
        Assert.Equal(0, await test.Run("twin", "calibrate", "runs.csv", "--out", "mine"));
        Assert.Contains("runs left out", test.Out, StringComparison.Ordinal);
        using var check = new TestHost();
        File.Copy(Path.Combine(test.Folder, "runs.csv"), Path.Combine(check.Folder, "runs.csv"));
        Assert.Equal(0, await check.Run("twin", "check", "runs.csv", "--twin", Path.Combine(test.Folder, "mine"), "--format", "json"));
    }

    private static string PublishedRuns => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "published_runs.csv"));
}
