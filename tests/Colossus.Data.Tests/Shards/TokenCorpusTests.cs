using System.Text;
using Colossus.Data.Shards;
using Colossus.Data.Tokenizers;
using Colossus.Specs.Jobs;
using CsCheck;

namespace Colossus.Data.Tests.Shards;

public sealed class TokenCorpusTests
{
    [Fact]
    public void Samples_are_windows_that_share_one_token()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "abcdefghij");
        using var corpus = TokenCorpus.Open(folder.Build("a.txt").Folder);

        // Ten letters and the end of text: tokens 0 to 10.
        Assert.Equal(3, corpus.TrainSamples(3));
        Assert.Equal("abcd", Sample(corpus, 0, 3));
        Assert.Equal("defg", Sample(corpus, 1, 3));
        Assert.Equal("ghij", Sample(corpus, 2, 3));
        Assert.Equal(2, corpus.TrainSamples(5));
        Assert.Equal("fghij\0", Sample(corpus, 1, 5));
        Assert.Equal(1, corpus.TrainSamples(10));
        Assert.Equal(0, corpus.TrainSamples(11));
        Assert.Equal(0, corpus.HeldOutSamples(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sample(corpus, 3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sample(corpus, -1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => corpus.ReadTrain(0, 3, new int[3]));
    }

    [Fact]
    public void Documents_are_where_their_records_say_across_shards()
    {
        using var folder = new TempFolder();
        var building = Directory.CreateDirectory(Path.Combine(folder.Root, "small")).FullName;
        var texts = Enumerable.Range(0, 60).Select(i => $"Document {i} € " + new string('x', i * 3 % 40)).ToList();
        var tokenizer = TextTokenizers.Create("cl100k");
        var fingerprint = new string('a', 32);

        // Shards of 20 tokens: most documents lie in two of them.
        using var writer = new CorpusWriter(building, tokenizer, fingerprint, ulong.MaxValue / 4, shardBytes: ShardHeader.Length + 80);
        texts.ForEach(text => writer.Add(new(text[..12], "here", text)));
        var (train, heldOut) = writer.Finish();
        Assert.True(train.Shards.Count > 10);
        Assert.True(heldOut.Shards.Count > 3);
        using var trainSet = new ShardSet(building, train, 4);
        using var heldOutSet = new ShardSet(building, heldOut, 4);
        writer.Dispose();
        var lines = File.ReadAllLines(Path.Combine(building, "documents.jsonl"));
        Assert.Equal(texts.Count, lines.Length);
        foreach (var (text, line) in texts.Zip(lines))
        {
            var record = System.Text.Json.JsonSerializer.Deserialize(line, DataJson.Default.DocumentRecord)!;
            var tokens = new int[record.Tokens + 1];
            var set = record.Split == "train" ? trainSet : heldOutSet;
            set.Read(record.Offset, tokens);
            Assert.Equal(text, tokenizer.Decode(tokens.AsSpan(0, (int)record.Tokens)));
            Assert.Equal(tokenizer.EndOfText, tokens[^1]);
            Assert.Equal($"{record.Split}-{record.Offset / 20:D5}.tokens", record.Shard);
        }
    }

    [Theory]
    [InlineData("bytes", 1)]
    [InlineData("cl100k", 4)]
    public void Any_documents_come_back_with_exact_byte_counts(string tokenizer, int bytesPerToken) => Gen.String[Gen.Char["aé€\n <>\"\\\u0007"], 1, 30].List[1, 30].Sample(
        texts =>
        {
            using var folder = new TempFolder();
            var there = texts.Where(text => !string.IsNullOrWhiteSpace(text)).ToList();
            folder.Write("a.jsonl", string.Join('\n', texts.Append("last").Select(text => $"{{\"text\":{System.Text.Json.JsonSerializer.Serialize(text)}}}")));
            there.Add("last");
            var info = folder.Build(new DataSpec(["a.jsonl"], tokenizer, Holdout: 0.3));
            using var corpus = TokenCorpus.Open(info.Folder);

            // With few texts the end of one may be held out: a document and a separator more.
            var ends = corpus.Documents().Count(document => document.Id.EndsWith("+end", StringComparison.Ordinal));
            var bytes = there.Sum(text => Encoding.UTF8.GetByteCount(text) + 1);
            Assert.Equal(bytes + ends, info.TrainBytes + info.HeldOutBytes);
            Assert.Equal(there.Count + ends, info.Documents);
            Assert.Equal(info.HeldOutBytes, Sizes(info, corpus, heldOut: true));
            Assert.Equal(info.TrainBytes, Sizes(info, corpus, heldOut: false));
            Assert.Equal(64 + (info.TrainTokens * bytesPerToken), new FileInfo(Path.Combine(info.Folder, "train-00000.tokens")).Length);
            Assert.NotNull(CorpusCheck.Whole(info.Folder, info.Fingerprint, null, TestContext.Current.CancellationToken, out _));
        },
        iter: 25);

    [Fact]
    public void Bytes_of_a_held_out_sample_are_those_of_its_targets()
    {
        using var folder = new TempFolder();
        folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 300).Select(i => $"{{\"text\":\"Grüße aus Dokument {i}\"}}\n")));
        using var corpus = TokenCorpus.Open(folder.Build(new DataSpec(["a.jsonl"], "cl100k", Holdout: 0.2)).Folder);
        var sample = new int[9];
        for (long i = 0; i < corpus.HeldOutSamples(8); i++)
        {
            corpus.ReadHeldOut(i, 8, sample);
            var expected = sample.Skip(1).Sum(token => token == corpus.Info.EndOfText ? 1 : corpus.Tokenizer.BytesOf(token).Length);
            Assert.Equal(expected, corpus.HeldOutBytesOf(i, 8));
            Assert.Equal(expected, corpus.PredictedBytes(sample));
        }
    }

    [Fact]
    public void A_text_shorter_than_a_sequence_is_an_error_that_says_what_would_fit()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "abcdefghij");
        using var corpus = TokenCorpus.Open(folder.Build("a.txt").Folder);
        corpus.RequireSequence(10);
        var error = Assert.Throws<CorpusException>(() => corpus.RequireSequence(2048));
        Assert.Contains("11 tokens, too few for one sequence of 2,048", error.Message, StringComparison.Ordinal);
        Assert.Contains("at most 10", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_corpus_refuses_to_read()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "abcdefghij");
        var corpus = TokenCorpus.Open(folder.Build("a.txt").Folder);
        corpus.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Sample(corpus, 0, 3));
        corpus.Dispose();
    }

    [Fact]
    public void A_folder_that_is_no_corpus_says_so()
    {
        using var folder = new TempFolder();
        Assert.Contains("there is no corpus.json", Assert.Throws<CorpusException>(() => TokenCorpus.Open(folder.Root)).Message, StringComparison.Ordinal);
        Assert.Throws<CorpusException>(() => TokenCorpus.Open(Path.Combine(folder.Root, "none")));
    }

    private static long Sizes(CorpusInfo info, TokenCorpus corpus, bool heldOut)
    {
        int[] tokens = [0, .. TempFolder.Tokens(info, heldOut)];
        return corpus.PredictedBytes(tokens);
    }

    private static string Sample(TokenCorpus corpus, long index, int sequence)
    {
        var tokens = new int[sequence + 1];
        corpus.ReadTrain(index, sequence, tokens);
        return corpus.Tokenizer.Decode(tokens);
    }
}
