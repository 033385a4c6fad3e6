using System.Text.Json;
using System.Text.Json.Nodes;

namespace Colossus.Cli.Tests;

/// <summary><c>plan --write</c>: the file says what was planned, or is not there.</summary>
public sealed class PlannedFileTests
{
    private const string flow = "model: { preset: llama3-8b } # the small one\ntrain: { globalBatch: 64, microBatch: 8, precision: bf16 }\n";

    [Theory]
    [InlineData("job.yaml", flow, "planned.yaml")]
    [InlineData("job.yaml", flow, "planned.json")]
    [InlineData("job.json", "{\"model\": {\"preset\": \"llama3-8b\"}, \"train\": {\"globalBatch\": 64}}", "sub/planned.json")]
    [InlineData("job.yaml", "model: { preset: llama3-8b }\n'train':\n  globalBatch: 64\n...\n", "planned.yaml")]
    [InlineData("job.yaml", "base: &b { preset: llama3-8b }\nmodel:\n  <<: *b\ntrain:\n  globalBatch: 64\n", "planned.yaml")]
    public async Task What_is_written_prices_as_planned(string name, string text, string planned)
    {
        using var test = new TestHost();
        test.Write(name, text);
        Assert.Equal(0, await test.Run("plan", name, "--site", "dgx-h100", "--set", "train.steps=77", "--set", "data.source=*.md", "--format", "json", "--write", planned));
        Assert.Contains($"{planned} is written", test.Error, StringComparison.Ordinal);
        var best = JsonDocument.Parse(test.Out).RootElement.GetProperty("best")[0];
        using var again = new TestHost();
        again.Write(Path.GetFileName(planned), File.ReadAllText(Path.Combine(test.Folder, planned)));
        Assert.Equal(0, await again.Run("estimate", Path.GetFileName(planned), "--site", "dgx-h100", "--format", "json"));
        var estimate = JsonDocument.Parse(again.Out).RootElement;
        Assert.Equal(best.GetProperty("stepSeconds").GetDouble(), estimate.GetProperty("stepSeconds").GetDouble(), 9);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(best.GetProperty("layout").GetRawText()), JsonNode.Parse(estimate.GetProperty("layout").GetRawText())));
        var job = Specs.Jobs.JobReader.Read(Path.Combine(test.Folder, planned), [], toTrain: false).Job!;
        Assert.Equal(77, job.Train.Steps);
        Assert.Equal([planned.StartsWith("sub", StringComparison.Ordinal) ? "../*.md" : "*.md"], job.Data.Sources);
        if (planned.EndsWith(".json", StringComparison.Ordinal))
        {
            Assert.NotNull(JsonNode.Parse(File.ReadAllText(Path.Combine(test.Folder, planned))));
        }
    }

    [Fact]
    public async Task A_vocabulary_that_tensor_does_not_divide_is_planned_and_priced()
    {
        using var test = new TestHost();
        test.Write("job.yaml", "model: { layers: 8, hidden: 12288, heads: 96, ffn: 49152, activation: gelu, vocab: 50257, sequence: 2048 }\ntrain: { globalBatch: 64 }\nparallel: { tensor: 8 }\n");
        Assert.Equal(0, await test.Run("estimate", "job.yaml", "--site", "dgx-h100", "--set", "train.microBatch=1"));
        Assert.Contains("vocabulary   50257 padded to 51200: 6400 rows on each tensor rank", test.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_when_asked()
    {
        using var test = new TestHost();
        test.Write("job.yaml", flow);
        Assert.Equal(2, await test.Run("plan", "job.yaml", "--site", "dgx-h100", "--write", "job.yaml"));
        Assert.Contains("job.yaml is there already; name another file, or add --overwrite to replace it", test.Error, StringComparison.Ordinal);
        Assert.Equal(flow, File.ReadAllText(Path.Combine(test.Folder, "job.yaml")));
        Assert.Equal(0, await test.Run("plan", "job.yaml", "--site", "dgx-h100", "--write", "job.yaml", "--overwrite"));
        Assert.Contains("# the small one", File.ReadAllText(Path.Combine(test.Folder, "job.yaml")), StringComparison.Ordinal);
        Assert.Equal(["job.yaml"], Directory.GetFiles(test.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_that_fails_its_check_leaves_what_was_there()
    {
        using var test = new TestHost();
        string path = test.Write("a.yaml", "old");
        Assert.Throws<CliException>(() => Files.NewFile.Write(path, "new", beside =>
        {
            Assert.Equal("new", File.ReadAllText(beside));
            throw CliException.Failed("wrong");
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(test.Folder));
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        using var test = new TestHost();
        string path = test.Write("a.yaml", "old");
        string link = Path.Combine(test.Folder, "b.yaml");
        File.CreateSymbolicLink(link, path);
        Files.NewFile.Write(link, "new");
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(path, new FileInfo(link).LinkTarget);
    }
}
