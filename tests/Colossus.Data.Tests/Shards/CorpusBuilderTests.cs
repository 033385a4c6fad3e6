using Colossus.Data.Shards;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Tests.Shards;

public sealed class CorpusBuilderTests
{
    [Fact]
    public void Shards_are_made_once()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "Some text.");
        var made = folder.Build("a.txt");
        Assert.False(made.Reused);
        var written = File.GetLastWriteTimeUtc(Path.Combine(made.Folder, "train-00000.tokens"));
        var found = folder.Build("a.txt");
        Assert.True(found.Reused);
        Assert.Equal(made with { Reused = true, Notes = found.Notes, Sources = found.Sources }, found);
        Assert.Equal(made.Sources, found.Sources);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(found.Folder, "train-00000.tokens")));
        Assert.Equal(Path.Combine(folder.Cache, made.Fingerprint), made.Folder);
    }

    [Fact]
    public void Whatever_decides_what_is_in_them_makes_others()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", """{"text":"Some text.","body":"Some text."}""");
        folder.Write("b.jsonl", """{"text":"Some text.","body":"Some text."}""");
        var plain = new DataSpec(["a.jsonl"]);
        var keys = new List<string>();
        foreach (var data in new[]
        {
            plain, plain with { Sources = ["b.jsonl"] }, plain with { Sources = ["*.jsonl"] }, plain with { Tokenizer = "cl100k" }, plain with { Field = "body" },
            plain with { Holdout = 0.02 },
        })
        {
            keys.Add(folder.Build(data).Fingerprint);
        }

        folder.Write("a.jsonl", """{"text":"Other text, longer."}""");
        keys.Add(folder.Build(plain).Fingerprint);
        Assert.Equal(keys.Count, keys.Distinct().Count());
    }

    [Fact]
    public void Equal_tokens_have_equal_hashes_wherever_they_were_made()
    {
        using var one = new TempFolder();
        using var two = new TempFolder();
        one.Write("a.txt", "Some text.");
        two.Write("a.txt", "Some text.");
        Assert.Equal(one.Build("a.txt").TokensSha256, two.Build("a.txt").TokensSha256);
        two.Write("a.txt", "Some test.");
        Assert.NotEqual(one.Build("a.txt").TokensSha256, two.Build("a.txt").TokensSha256);
    }

    [Theory]
    [InlineData("corpus.json", "delete")]
    [InlineData("corpus.json", "truncate")]
    [InlineData("documents.jsonl", "truncate")]
    [InlineData("train-00000.tokens", "delete")]
    [InlineData("train-00000.tokens", "truncate")]
    [InlineData("train-00000.tokens", "header")]
    [InlineData("token-bytes.bin", "truncate")]
    public void Damaged_shards_are_refused_when_opened_and_made_anew_when_built(string file, string damage)
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "Some text.");
        var data = new DataSpec(["a.txt"], "cl100k");
        var made = folder.Build(data);
        var path = Path.Combine(made.Folder, file);
        Damage(path, damage);

        var error = Assert.Throws<CorpusException>(() => TokenCorpus.Open(made.Folder));
        Assert.Contains("delete the folder", error.Message, StringComparison.Ordinal);
        var again = folder.Build(data);
        Assert.False(again.Reused);
        Assert.Contains("damaged", Assert.Single(again.Notes, note => note.Contains("anew", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(made.TokensSha256, again.TokensSha256);
        TokenCorpus.Open(again.Folder).Dispose();
    }

    [Fact]
    public void Cancelling_ends_the_work_and_leaves_nothing()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{{\"text\":\"Text {i}\"}}\n")));
        using var stop = new CancellationTokenSource();
        var log = new ProgressLog(report =>
        {
            if (report.Stage == "reading text")
            {
                stop.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() => folder.BuildUntil(new DataSpec(["a.jsonl"]), log, stop.Token));
        Assert.Single(log.Reports, report => report.Stage == "reading text");
        Assert.Empty(Directory.GetDirectories(Path.Combine(folder.Cache, ".building")));
        Assert.Empty(Directory.GetFiles(folder.Cache, "corpus.json", SearchOption.AllDirectories));
        Assert.Equal(100_000, folder.Build(new DataSpec(["a.jsonl"])).Documents);
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_is_refused()
    {
        using var folder = new TempFolder();
        var path = folder.Write("a.txt", "Some text.");
        var log = new ProgressLog(report => File.AppendAllText(path, "more"));
        var error = Assert.Throws<CorpusException>(() => folder.Build(new DataSpec(["a.txt"]), log));
        Assert.Contains("changed while it was read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_named()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "Some text.");
        folder.Write("file", "in the way");
        var problem = Assert.Single(folder.Problems(new(["a.txt"], Cache: "file/cache")));
        Assert.Contains("cannot be written", problem.What, StringComparison.Ordinal);
        Assert.Contains("data.cache", problem.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_builders_one_builds_and_the_others_wait()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{{\"text\":\"Text {i}\"}}\n")));
        var builders = Enumerable.Range(0, 4).Select(_ => Task.Run(() => folder.Build(new DataSpec(["a.jsonl"])))).ToArray();
        var infos = await Task.WhenAll(builders).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Single(infos, info => !info.Reused);
        Assert.Single(infos.Select(info => info.Folder).Distinct());
        TokenCorpus.Open(infos[0].Folder).Dispose();
    }

    private static void Damage(string path, string damage)
    {
        switch (damage)
        {
            case "delete":
                File.Delete(path);
                break;
            case "truncate":
                using (var stream = new FileStream(path, FileMode.Open))
                {
                    stream.SetLength(stream.Length - 3);
                }

                break;
            default:
                var bytes = File.ReadAllBytes(path);
                bytes[16] ^= 1;
                File.WriteAllBytes(path, bytes);
                break;
        }
    }
}
