using System.Text.Json;
using Colossus.Cli.Train;

namespace Colossus.Cli.Tests;

/// <summary>The data verbs on real files, through the real reader and shards.</summary>
public sealed class DataVerbTests
{
    private const string Job = """
        model: { layers: 1, hidden: 32, heads: 2, sequence: 16 }
        data: { source: ['texts/*.md'], holdout: 0.5 }
        train: { steps: 10, globalBatch: 4 }

        """;

    [Fact]
    public async Task Build_prints_the_folder_of_the_shards_and_does_nothing_the_second_time()
    {
        using var test = Ready();
        Assert.Equal(0, await Run(test, "data", "build", "a.yaml"));
        var folder = test.Out.Trim();
        Assert.StartsWith(test.Folder, folder);
        var manifest = Path.Combine(folder, "corpus.json");
        Assert.True(File.Exists(manifest));
        var written = File.GetLastWriteTimeUtc(manifest);
        Assert.Equal(0, await Run(test, "data", "build", "a.yaml"));
        Assert.Equal($"{folder}\n{folder}\n", test.Out);
        Assert.Equal(written, File.GetLastWriteTimeUtc(manifest));
    }

    [Fact]
    public async Task Inspect_tells_how_much_text_there_is_and_shows_some_of_it()
    {
        using var test = Ready();
        Assert.Equal(0, await Run(test, "data", "inspect", "a.yaml"));
        Assert.Contains("40 documents", test.Out);
        Assert.Contains("by bytes (256 ids), ", test.Out);
        Assert.Contains("sample 0:\n", test.Out);
        Assert.Contains("Document number", test.Out);
    }

    [Fact]
    public async Task Inspect_in_json_adds_up()
    {
        using var test = Ready();
        Assert.Equal(0, await Run(test, "data", "inspect", "a.yaml", "--format", "json"));
        using var json = JsonDocument.Parse(test.Out);
        long Number(string name) => json.RootElement.GetProperty(name).GetInt64();
        Assert.Equal(40, Number("documents"));
        // One token a byte; the separator of documents counts as one of each.
        Assert.Equal(Number("textBytes"), Number("trainTokens") + Number("heldOutTokens"));
        Assert.Equal((Number("trainTokens") - 1) / 16, Number("trainSamples"));
        Assert.Equal(40.0 / Number("trainSamples"), json.RootElement.GetProperty("passes").GetDouble(), 9);
    }

    [Theory]
    [InlineData("data", "name what to do: build, inspect")]
    [InlineData("data biuld a.yaml", "did you mean 'build'?")]
    [InlineData("data inspect a.yaml --sample 99999", "--sample is 99999; it goes from 0 to ")]
    [InlineData("data inspect none.yaml", "there is no job file")]
    [InlineData("data build a.yaml --set data.source=nothing.md", "nothing.md")]
    [InlineData("data build a.yaml --set model.sequence=100000", "lower model.sequence")]
    [InlineData("data build a.yaml --set data.sorce=x", "data.source")]
    public async Task A_mistake_is_explained(string line, string expected)
    {
        using var test = Ready();
        Assert.Equal(ExitCode.BadInput, await Run(test, line.Split(' ')));
        Assert.Contains(expected, test.Error);
        Assert.Equal("", test.Out);
    }

    [Fact]
    public async Task Holding_nothing_out_is_a_choice()
    {
        using var test = Ready();
        Assert.Equal(0, await Run(test, "data", "inspect", "a.yaml", "--set", "data.holdout=0"));
        Assert.Contains("nothing: there is no evaluation", test.Out);
        Assert.DoesNotContain("warning", test.Error);
    }

    [Fact]
    public async Task Too_little_text_held_out_for_one_sequence_is_told_with_the_share_that_suffices()
    {
        using var test = Ready();
        Assert.Equal(0, await Run(test, "data", "build", "a.yaml", "--set", "data.holdout=0.002"));
        Assert.Contains("There will be no evaluation", test.Error);
        var share = test.Error.Split("set data.holdout to ")[1].Split(' ')[0];
        using var again = Ready();
        Assert.Equal(0, await Run(again, "data", "build", "a.yaml", "--set", $"data.holdout={share}"));
        Assert.DoesNotContain("There will be no evaluation", again.Error);
    }

    [Fact]
    public async Task One_short_text_is_enough()
    {
        using var test = Ready();
        Assert.Equal(0, await Run(test, "data", "inspect", "a.yaml", "--set", "data.source=texts/7.md", "--set", "data.holdout=0.4", "--set", "model.sequence=16"));
        Assert.Contains("held out", test.Out);
        Assert.DoesNotContain("There will be no evaluation", test.Error);
    }

    [Fact]
    public async Task Bad_lines_that_were_passed_over_are_told()
    {
        using var test = Ready();
        test.Write("b.jsonl", string.Concat(Enumerable.Repeat("{\"text\":\"A text that is long enough to learn something from it.\"}\nbad\n", 20)));
        Assert.Equal(0, await Run(test, "data", "inspect", "a.yaml", "--set", "data.source=b.jsonl", "--set", "data.onBadLine=skip"));
        Assert.Contains("20 bad lines", test.Out);
        Assert.Contains("20 bad lines were passed over", test.Error);
        Assert.Equal(ExitCode.BadInput, await Run(test, "data", "inspect", "a.yaml", "--set", "data.source=b.jsonl"));
    }

    [Fact]
    public async Task A_request_to_stop_is_an_interruption()
    {
        using var test = Ready();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var host = test.Host with { Train = new TrainServices(new FileJobSource(), new ShardCorpusSource(test.Host), test.Train) };
        Assert.Equal(ExitCode.Interrupted, await CommandLine.RunAsync(["data", "build", "a.yaml"], host, stop.Token));
    }

    private static TestHost Ready()
    {
        var test = new TestHost();
        test.Write("a.yaml", Job.Replace("holdout: 0.5", $"holdout: 0.5, cache: {test.Folder}/shards"));
        for (var index = 0; index < 40; index++)
        {
            test.Write($"texts/{index}.md", $"Document number {index} says that words come one after another.\n");
        }

        return test;
    }

    private static Task<int> Run(TestHost test, params string[] args)
    {
        var host = test.Host with { Train = new TrainServices(new FileJobSource(), new ShardCorpusSource(test.Host), test.Train) };
        return CommandLine.RunAsync(args, host, TestContext.Current.CancellationToken);
    }
}
