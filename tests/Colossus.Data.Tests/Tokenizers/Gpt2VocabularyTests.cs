using System.Text;
using System.Text.Json;
using Colossus.Data.Shards;
using Colossus.Data.Tokenizers;
using Colossus.Specs.Jobs;
using CsCheck;

namespace Colossus.Data.Tests.Tokenizers;

public sealed class Gpt2VocabularyTests
{
    private static readonly string[] merges = ["h e", "l l", "he ll", "hell o", "Ġ w", "Ã ©"];

    [Fact]
    public void A_folder_with_vocabulary_and_merges_makes_a_tokenizer()
    {
        using var folder = new TempFolder();
        Write(folder, merges);
        var tokenizer = TextTokenizers.Create("gpt2:.", folder.Root);
        Assert.Equal(263, tokenizer.VocabularySize);
        Assert.Equal(262, tokenizer.EndOfText);

        // hello, " w", o, r, l, d: letters have the ids of GPT-2, where '!' is 0.
        Assert.Equal([259, 260, 78, 81, 75, 67], tokenizer.Encode("hello world"));
        Assert.Equal([261], tokenizer.Encode("é"));
        Gen.String.Sample(text => TokenizerTests.RoundTrip(tokenizer, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text))), iter: 1000);
    }

    [Fact]
    public void A_corpus_of_it_has_two_bytes_a_token()
    {
        using var folder = new TempFolder();
        Write(folder, merges);
        folder.Write("a.txt", "hello world");
        var info = folder.Build(new DataSpec(["a.txt"], "gpt2:.", Holdout: 0));
        Assert.Equal(263, info.Vocabulary);
        Assert.Equal(7, info.TrainTokens);
        Assert.Equal(12, info.TrainBytes);
        using var corpus = TokenCorpus.Open(info.Folder);
        var sample = new int[7];
        corpus.ReadTrain(0, 6, sample);
        Assert.Equal([259, 260, 78, 81, 75, 67, 262], sample);
        Assert.Equal(2 + 4 + 1, corpus.PredictedBytes(sample));
    }

    [Fact]
    public void Without_a_folder_it_says_where_to_put_the_files()
    {
        var problem = Assert.Single(Assert.Throws<CorpusException>(() => TextTokenizers.Create("gpt2:")).Problems);
        Assert.Contains("vocab.json and merges.txt", problem.NextStep, StringComparison.Ordinal);
        Assert.Contains(TextTokenizers.Gpt2Variable, problem.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_and_bad_files_are_named()
    {
        using var folder = new TempFolder();
        Assert.EndsWith("vocab.json", Problem(folder).File, StringComparison.Ordinal);
        folder.Write("vocab.json", "[1");
        Assert.Contains("not a JSON object", Problem(folder).What, StringComparison.Ordinal);
        Write(folder, merges);
        File.AppendAllText(Path.Combine(folder.Root, "merges.txt"), "q u x\n");
        Assert.Equal(8, Problem(folder).Line);
    }

    [Fact]
    public void A_vocabulary_whose_ids_do_not_follow_its_merges_is_refused()
    {
        using var folder = new TempFolder();
        Write(folder, merges, shuffled: true);
        Assert.Contains("does not follow", Problem(folder).What, StringComparison.Ordinal);
    }

    private static CorpusProblem Problem(TempFolder folder) =>
        Assert.Single(Assert.Throws<CorpusException>(() => TextTokenizers.Create($"gpt2:{folder.Root}")).Problems);

    // As published: the 256 bytes in the order of their letters, then the merges, then the end of text.
    private static void Write(TempFolder folder, string[] merges, bool shuffled = false)
    {
        var printable = Enumerable.Range('!', '~' - '!' + 1).Concat(Enumerable.Range(0xA1, 12)).Concat(Enumerable.Range(0xAE, 82)).ToList();
        var letters = printable.Select(value => (char)value).Concat(Enumerable.Range(256, 256 - printable.Count).Select(value => (char)value));
        var ids = new Dictionary<string, int>();
        foreach (var token in letters.Select(letter => letter.ToString()).Concat((shuffled ? merges.Reverse() : merges).Select(merge => merge.Replace(" ", ""))))
        {
            ids.Add(token, ids.Count);
        }

        ids.Add("<|endoftext|>", ids.Count);
        folder.Write("vocab.json", JsonSerializer.Serialize(ids));
        folder.Write("merges.txt", "#version: 0.2\n" + string.Join('\n', merges) + "\n");
    }
}
