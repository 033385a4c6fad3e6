using Colossus.Cli.Train;
using Colossus.Runs;
using Colossus.Runs.Events;

namespace Colossus.Cli.Tests;

/// <summary>A continued run and its text: real files and shards, ranks that are done at once.</summary>
public sealed class ResumeDataTests
{
    private const string Answer = """{"libtorch":"2.10.0","folder":"/lib","bridge":"/lib/b.so","patched":false,"threads":2,"fp32":3e11,"bf16":1e11}""";

    [Fact]
    public async Task A_run_that_goes_on_with_other_bits_says_so_once()
    {
        using var test = await Begun();
        Assert.Equal(0, await Resume(test));
        Assert.DoesNotContain("not bit for bit", test.Error);
        var started = RunReader.Events(Run(test)).OfType<StartedEvent>().ToList();
        Assert.Equal(("2.10.0", "fp32", "cpu"), (started[0].Numerics!.Libtorch, started[0].Numerics!.Products, started[0].Numerics!.Backend));
        Assert.Equal(started[0].Numerics, started[1].Numerics);

        Assert.Equal(0, await Resume(test, "--set", "train.threads=77"));
        Assert.Equal(0, await Resume(test));
        var line = Assert.Single(test.Error.Split('\n'), line => line.Contains("not bit for bit", StringComparison.Ordinal));
        Assert.Equal($"the weights will be close to those of an undisturbed run, but not bit for bit the same: threads 77 instead of {started[0].Numerics!.Threads}", line);
        Assert.Equal(77, RunReader.Events(Run(test)).OfType<StartedEvent>().Last().Numerics!.Threads);
    }

    [Fact]
    public async Task Threads_of_a_run_do_not_follow_from_the_number_of_its_ranks()
    {
        using var test = await Begun();
        var threads = test.Train.Launched!.Job.Train.Threads;
        Assert.Equal(0, await Resume(test, "--set", "parallel.data=2", "--set", "train.microBatch=2"));
        Assert.Equal((2, threads), (test.Train.Launched!.Job.Parallel.Ranks, test.Train.Launched!.Job.Train.Threads));
    }

    [Fact]
    public async Task What_a_run_learns_from_is_written_down()
    {
        using var test = await Begun();
        var data = Run(test).ReadData()!;
        Assert.Equal((40, test.Folder), (data.Documents, data.Base));
        Assert.Equal(40, data.Sources.Count);
        Assert.Contains("texts/7.md", data.Sources.Select(source => source.Name));
        var recorded = Assert.Single(RunReader.Events(Run(test)).OfType<CorpusEvent>());
        Assert.Equal((data.Hash, null), (recorded.Hash, recorded.Replaced));
    }

    [Theory]
    [InlineData("touched", null)]
    [InlineData("changed", "texts/7.md changed")]
    [InlineData("added", "texts/new.md added")]
    [InlineData("removed", "texts/7.md removed")]
    [InlineData("gone", "no file matches")]
    public async Task A_run_goes_on_with_its_own_shards_whatever_became_of_its_text(string what, string? told)
    {
        using var test = await Begun();
        var before = Run(test).ReadData()!;
        Change(test, what);
        Assert.Equal(0, await Resume(test));
        var launched = test.Train.Launched!.Corpus;
        Assert.Equal((before.Hash, before.Folder, null), (launched.Data.Hash, launched.Data.Folder, launched.Replaced));
        Assert.Equal(before.Sources, Run(test).ReadData()!.Sources);
        if (told is null)
        {
            Assert.DoesNotContain("warning", test.Error);
        }
        else
        {
            Assert.Single(test.Error.Split('\n'), line => line.StartsWith("warning: the text has changed since the run began", StringComparison.Ordinal) && line.Contains(told, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Shards_that_are_gone_are_made_again_from_the_same_text()
    {
        using var test = await Begun();
        var before = Run(test).ReadData()!;
        Directory.Delete(Path.Combine(test.Folder, "shards"), recursive: true);
        Assert.Equal(0, await Resume(test));
        Assert.Equal(before.Hash, test.Train.Launched!.Corpus.Data.Hash);
        Assert.DoesNotContain("warning", test.Error);
    }

    [Fact]
    public async Task Without_its_shards_a_run_does_not_go_on_with_other_text_unless_told_to()
    {
        using var test = await Begun();
        var before = Run(test).ReadData()!;
        Directory.Delete(Path.Combine(test.Folder, "shards"), recursive: true);
        Change(test, "changed");
        var sessions = RunReader.Events(Run(test)).Count();
        Assert.Equal(ExitCode.BadInput, await Resume(test));
        Assert.Contains(before.Hash, test.Error);
        Assert.Contains("texts/7.md changed", test.Error);
        Assert.Contains("--accept-other-data", test.Error);
        Assert.Equal(sessions, RunReader.Events(Run(test)).Count());
        Assert.Equal(before.Hash, Run(test).ReadData()!.Hash);

        Assert.Equal(0, await Resume(test, "--accept-other-data"));
        var after = Run(test).ReadData()!;
        Assert.NotEqual(before.Hash, after.Hash);
        Assert.Contains(after.Hash, test.Error); // the refusal told both
        var last = RunReader.Events(Run(test)).OfType<CorpusEvent>().Last();
        Assert.Equal((after.Hash, before.Hash), (last.Hash, last.Replaced));
        Assert.Contains($"the run goes on with other data: {after.Hash} instead of {before.Hash}", test.Out);

        // From now on it is the run's own.
        Assert.Equal(0, await Resume(test));
        Assert.Equal(after.Hash, test.Train.Launched!.Corpus.Data.Hash);
    }

    [Fact]
    public async Task Without_shards_and_text_a_run_cannot_go_on_and_says_what_it_needs()
    {
        using var test = await Begun();
        Directory.Delete(Path.Combine(test.Folder, "shards"), recursive: true);
        Change(test, "gone");
        Assert.Equal(ExitCode.BadInput, await Resume(test));
        Assert.Contains("no file matches", test.Error);
        Assert.Contains("--set data.cache=FOLDER", test.Error);
    }

    [Fact]
    public async Task A_cache_that_was_moved_is_named()
    {
        using var test = await Begun();
        var before = Run(test).ReadData()!;
        Directory.Move(Path.Combine(test.Folder, "shards"), Path.Combine(test.Folder, "moved"));
        Change(test, "gone");
        Assert.Equal(0, await Resume(test, "--set", "data.cache=moved"));
        Assert.Equal(before.Hash, test.Train.Launched!.Corpus.Data.Hash);
        Assert.StartsWith(Path.Combine(test.Folder, "moved"), Run(test).ReadData()!.Folder);
        Assert.Equal(0, await Resume(test));
    }

    [Fact]
    public async Task A_run_of_a_version_that_wrote_nothing_down_says_that_nobody_knows()
    {
        using var test = await Begun();
        File.Delete(Run(test).DataFile);
        Assert.Equal(0, await Resume(test));
        Assert.Contains("data.json is missing", test.Error);
        Assert.NotNull(Run(test).ReadData());
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_not_passed_over()
    {
        using var test = await Begun();
        File.WriteAllText(Run(test).DataFile, "{}");
        Assert.Equal(ExitCode.BadInput, await Resume(test));
        Assert.Contains("data.json cannot be read", test.Error);
    }

    [Theory]
    [InlineData("6.281E-4", "train.steps=20", null)] // what the job's cosine gives for step 10
    [InlineData("6.281E-4", "train.steps=80", "the learning rate jumps from 0.000628 at step 10 to 0.000971 at step 11 (×1.55)")]
    [InlineData("1E-4", "train.steps=80", "the learning rate jumps from 0.0001 at step 10 to 0.000971 at step 11 (×9.71)")]
    [InlineData("6.281E-4", "train.optimizer.learningRate=5e-3", "the learning rate jumps from 0.000628 at step 10 to 0.00275 at step 11 (×4.38)")]
    public async Task A_learning_rate_that_jumps_is_announced_with_both_rates(string recorded, string setting, string? told)
    {
        using var test = await Begun();
        File.WriteAllText(Run(test).MetricsFile, $$"""{"step":10,"loss":3,"gradientNorm":1,"learningRate":{{recorded}},"tokens":64,"seconds":1}""" + "\n");
        Assert.Equal(0, await Resume(test, "--set", setting));
        Assert.Equal(told is not null, test.Error.Contains("the learning rate jumps", StringComparison.Ordinal));
        Assert.Contains(told ?? "", test.Error);
    }

    private static void Change(TestHost test, string what)
    {
        var file = Path.Combine(test.Folder, "texts", "7.md");
        switch (what)
        {
            case "touched":
                File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
                break;
            case "changed":
                File.WriteAllText(file, "Something else altogether stands here now.\n");
                break;
            case "added":
                test.Write("texts/new.md", "One document more.\n");
                break;
            case "removed":
                File.Delete(file);
                break;
            default:
                Directory.Delete(Path.Combine(test.Folder, "texts"), recursive: true);
                break;
        }
    }

    /// <summary>A run with a checkpoint of step 10 of 20.</summary>
    private static async Task<TestHost> Begun()
    {
        var test = new TestHost();
        test.Worker($"echo '{Answer}'\n");
        test.Write("a.yaml", """
            model: { layers: 2, hidden: 64, heads: 4, ffn: 256, sequence: 16 }
            data: { source: ['texts/*.md'], holdout: 0.5, cache: shards }
            train: { steps: 20, globalBatch: 4, optimizer: { learningRate: 1e-3 } }

            """);
        for (var index = 0; index < 40; index++)
        {
            test.Write($"texts/{index}.md", $"Document number {index} says that words come one after another.\n");
        }

        Assert.Equal(0, await CommandLine.RunAsync(["train", "a.yaml", "--run", "r"], Host(test), TestContext.Current.CancellationToken));
        TestCheckpoint.Save(Run(test).CheckpointsFolder, 10);
        return test;
    }

    private static RunFolder Run(TestHost test) => RunFolder.Open(Path.Combine(test.Folder, "r"));

    private static Task<int> Resume(TestHost test, params string[] more) =>
        CommandLine.RunAsync(["train", "--resume", "r", .. more], Host(test), TestContext.Current.CancellationToken);

    private static CliHost Host(TestHost test) => test.Host with { Train = new TrainServices(new FileJobSource(), new ShardCorpusSource(test.Host), test.Train) };
}
