using Colossus.Data.Shards;
using Colossus.Data.Sources;
using Colossus.Specs.Jobs;
using Colossus.Testing;
using CsCheck;

namespace Colossus.Data.Tests.Shards;

public sealed class CorpusStoreTests
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(60);
    private static readonly DataSpec data = new(["a.txt"], Holdout: 0);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_file_whose_bytes_changed_and_whose_size_and_time_did_not_has_other_shards()
    {
        using var folder = new TempFolder();
        var path = folder.Write("a.txt", "Some text.");
        var time = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc); // whole seconds: .NET sets no nanoseconds
        File.SetLastWriteTimeUtc(path, time);
        var before = folder.Build(data);
        folder.Write("a.txt", "Some test.");
        File.SetLastWriteTimeUtc(path, time);
        var after = folder.Build(data);
        Assert.False(after.Reused);
        Assert.NotEqual(before.TokensSha256, after.TokensSha256);
        Assert.Equal(["Some test."], TempFolder.Texts(after));
        Assert.NotEqual(before.Sources[0].Sha256, after.Sources[0].Sha256);
    }

    [Fact]
    public void A_file_that_was_only_touched_or_moved_with_its_folder_has_the_shards_that_it_had()
    {
        using var folder = new TempFolder();
        var path = folder.Write("here/a.txt", "Some text.");
        var made = CorpusBuilder.Build(data with { Cache = folder.Cache }, Path.Combine(folder.Root, "here"), null, Cancellation);
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Directory.Move(Path.Combine(folder.Root, "here"), Path.Combine(folder.Root, "there"));
        var found = CorpusBuilder.Build(data with { Cache = folder.Cache }, Path.Combine(folder.Root, "there"), null, Cancellation);
        Assert.True(found.Reused);
        Assert.Equal(made.Folder, found.Folder);
    }

    [Fact]
    public void Hashes_are_kept_for_as_long_as_a_file_is_not_touched()
    {
        using var folder = new TempFolder();
        var memo = Path.Combine(folder.Root, "memo", "hashes.jsonl");
        var old = typeof(object).Assembly.Location; // written long ago
        var real = Hash(memo, old);
        Assert.Equal(real, Hash(memo, old));
        Assert.Contains(real, File.ReadAllText(memo));

        // What is kept is what is said: nothing is read.
        File.WriteAllText(memo, File.ReadAllText(memo).Replace(real, "kept"));
        Assert.Equal("kept", Hash(memo, old));

        // A stamp that differs in anything is another.
        File.WriteAllText(memo, File.ReadAllText(memo).Replace("\"inode\":", "\"inode\":1"));
        Assert.Equal(real, Hash(memo, old));
        File.WriteAllText(memo, "no JSON");
        Assert.Equal(real, Hash(memo, old));
    }

    [Fact]
    public void A_file_that_was_just_written_is_read_again_next_time()
    {
        var stamp = new FileStamp(1, 2, 3, 4, DateTimeOffset.UnixEpoch.AddYears(50).Subtract(DateTimeOffset.UnixEpoch).Ticks * 100);
        var written = DateTimeOffset.UnixEpoch.AddYears(50);
        Assert.False(stamp.IsSettled(written));
        Assert.False(stamp.IsSettled(written.AddSeconds(1)));
        Assert.False(stamp.IsSettled(written.AddYears(-1))); // of a machine whose clock is ahead
        Assert.True(stamp.IsSettled(written.AddSeconds(3)));
    }

    [Fact]
    public void Whatever_byte_of_a_corpus_is_altered_what_is_used_is_what_was_made()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 8).Select(i => $"{{\"text\":\"Text {i} of a few\"}}\n")));
        var few = new DataSpec(["a.jsonl"], Holdout: 0.3);
        var made = folder.Build(few);
        var (train, heldOut) = (TempFolder.Tokens(made, heldOut: false), TempFolder.Tokens(made, heldOut: true));
        string[] files = ["corpus.json", "documents.jsonl", "heldout-00000.tokens", "train-00000.tokens"];
        var anew = 0;
        Gen.Select(Gen.Int[0, files.Length - 1].Select(i => files[i]), Gen.Double[0, 0.999], Gen.Int[1, 255]).Sample(
            (file, place, change) =>
            {
                var path = Path.Combine(made.Folder, file);
                var bytes = File.ReadAllBytes(path);
                var time = File.GetLastWriteTimeUtc(path);
                var altered = bytes.ToArray();
                altered[(int)(place * bytes.Length)] ^= (byte)change;
                File.WriteAllBytes(path, altered);
                File.SetLastWriteTimeUtc(path, time);

                // A byte that says nothing, such as a space in JSON or one kept free in a header, may stay.
                var again = folder.Build(few);
                anew += again.Reused ? 0 : 1;
                Assert.Equal(made with { Reused = again.Reused, Notes = again.Notes, Sources = again.Sources }, again);
                Assert.Equal(made.Sources, again.Sources);
                Assert.Equal(train, TempFolder.Tokens(again, heldOut: false));
                Assert.Equal(heldOut, TempFolder.Tokens(again, heldOut: true));
                if (again.Reused)
                {
                    File.WriteAllBytes(path, bytes);
                }
            },
            iter: Effort.Times(60, 3000),
            threads: 1);
        Assert.True(anew > 0);
    }

    [Theory]
    [InlineData("\"documents\": 8", "\"documents\": 9")]
    [InlineData("a.jsonl", "b.jsonl")]
    public void A_manifest_that_was_edited_is_not_believed(string from, string to)
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 8).Select(i => $"{{\"text\":\"Text {i}\"}}\n")));
        var few = new DataSpec(["a.jsonl"], Holdout: 0.3);
        var made = folder.Build(few);
        var manifest = Path.Combine(made.Folder, "corpus.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(from, to));
        Assert.Contains("corpus.json was altered", Assert.Throws<CorpusException>(() => TokenCorpus.Open(made.Folder)).Message);
        Assert.False(folder.Build(few).Reused);
    }

    [Fact]
    public void Shards_are_found_without_their_text_also_where_the_cache_was_moved()
    {
        using var folder = new TempFolder();
        var path = folder.Write("a.txt", "Some text.");
        var made = folder.Build(data);
        folder.Write("a.txt", "Other text.");
        folder.Build(data);
        File.Delete(path);
        Assert.Equal(made.Folder, Find(folder, made.TokensSha256, made.Folder, folder.Cache));
        Assert.Equal(made.Folder, Find(folder, made.TokensSha256, "/gone", folder.Cache));
        Assert.Null(Find(folder, new string('0', 64), made.Folder, folder.Cache));

        var moved = Path.Combine(folder.Root, "moved");
        Directory.Move(folder.Cache, moved);
        Assert.Null(Find(folder, made.TokensSha256, made.Folder, folder.Cache));
        var there = Find(folder, made.TokensSha256, made.Folder, moved);
        Assert.Equal(Path.Combine(moved, made.Fingerprint), there);

        var shard = Path.Combine(there!, "train-00000.tokens");
        var bytes = File.ReadAllBytes(shard);
        bytes[^1] ^= 1;
        File.WriteAllBytes(shard, bytes);
        Assert.Null(Find(folder, made.TokensSha256, made.Folder, moved));
    }

    [Fact]
    public async Task Shards_in_use_are_not_replaced_before_their_use_ends()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "Some text.");
        var use = CorpusStore.Hold(data with { Cache = folder.Cache }, folder.Root, null, Cancellation);
        var manifest = Path.Combine(use.Info.Folder, "corpus.json");
        File.WriteAllText(manifest, "damaged");
        var waits = new TaskCompletionSource();
        var builder = Task.Run(
            () => folder.Build(data, new ProgressLog(report =>
            {
                if (report.Stage.Contains("a run that uses these shards", StringComparison.Ordinal))
                {
                    waits.TrySetResult();
                }
            })),
            Cancellation);
        await Task.WhenAny(waits.Task, builder).WaitAsync(limit, Cancellation);
        Assert.False(builder.IsCompleted);
        Assert.Equal("damaged", File.ReadAllText(manifest));

        use.Dispose();
        Assert.False((await builder.WaitAsync(limit, Cancellation)).Reused);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_serves_what_it_has()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "Some text.");
        var made = folder.Build(data);

        // Files in the place of folders: writing fails for every user, root included.
        foreach (var name in (string[])[".locks", ".sources", ".building"])
        {
            var part = Path.Combine(folder.Cache, name);
            if (Directory.Exists(part))
            {
                Directory.Delete(part, recursive: true);
            }

            File.WriteAllText(part, "");
        }

        Assert.True(folder.Build(data).Reused);
        Assert.Equal(made.Folder, Find(folder, made.TokensSha256, made.Folder, folder.Cache));
        folder.Write("a.txt", "Other text.");
        Assert.Contains("data.cache", Assert.Single(folder.Problems(data)).NextStep, StringComparison.Ordinal);
    }

    private static string? Find(TempFolder folder, string hash, string former, string cache)
    {
        using var found = CorpusStore.Find(hash, former, data with { Cache = cache }, folder.Root, null, Cancellation);
        return found?.Info.Folder;
    }

    private static string Hash(string memo, string file)
    {
        var hashes = KnownHashes.Load(memo);
        var hash = hashes.Of("file", file, 0, _ => { }, Cancellation).Sha256;
        hashes.Save();
        return hash;
    }
}
