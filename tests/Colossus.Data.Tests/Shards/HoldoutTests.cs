using System.Globalization;
using Colossus.Data.Shards;
using Colossus.Specs.Jobs;

namespace Colossus.Data.Tests.Shards;

public sealed class HoldoutTests
{
    [Fact]
    public void The_share_is_held_out_whole_and_never_trained_on()
    {
        using var folder = new TempFolder();
        Write(folder, "a.jsonl", 0, 3000);
        var info = folder.Build(new DataSpec(["a.jsonl"], Holdout: 0.1));
        var train = TempFolder.Texts(info, heldOut: false);
        var heldOut = TempFolder.Texts(info, heldOut: true);
        Assert.Equal(info.HeldOutDocuments, heldOut.Count);

        // 300 expected of 3000; the standard deviation is 16.
        Assert.InRange(heldOut.Count, 220, 380);
        Assert.Empty(train.Intersect(heldOut, StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(0, 3000).Select(Text).Order(StringComparer.Ordinal), train.Concat(heldOut).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_choice_stays_when_documents_are_added_or_moved()
    {
        using var folder = new TempFolder();
        Write(folder, "a.jsonl", 0, 500);
        Write(folder, "b.jsonl", 500, 500);
        var before = TempFolder.Texts(folder.Build(new DataSpec(["a.jsonl"], Holdout: 0.2)), heldOut: true);
        var after = TempFolder.Texts(folder.Build(new DataSpec(["b.jsonl", "a.jsonl"], Holdout: 0.2)), heldOut: true);
        Assert.Equal(before, after.Where(text => int.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture) < 500));
        Assert.True(after.Count > before.Count);
    }

    [Fact]
    public void A_text_that_occurs_twice_lies_on_one_side()
    {
        using var folder = new TempFolder();
        Write(folder, "a.jsonl", 0, 300);
        Write(folder, "b.jsonl", 0, 300);
        var info = folder.Build(new DataSpec(["*.jsonl"], Holdout: 0.3));
        Assert.Empty(TempFolder.Texts(info, heldOut: false).Intersect(TempFolder.Texts(info, heldOut: true), StringComparer.Ordinal));
        Assert.Equal(600, info.Documents);
    }

    [Theory]
    [InlineData(2, 0.01)]
    [InlineData(2, 0.5)]
    [InlineData(5, 0.001)]
    [InlineData(3, 0.5)]
    public void With_few_documents_some_of_the_text_is_held_out_and_most_is_not(int count, double share)
    {
        for (var variant = 0; variant < 8; variant++)
        {
            using var folder = new TempFolder();
            Write(folder, "a.jsonl", variant * 10, count);
            var info = folder.Build(new DataSpec(["a.jsonl"], Holdout: share));
            Assert.True(info.HeldOutTokens > 1, info.ToString());
            Assert.True(info.TrainBytes >= (1 - share) / 3 * (info.TrainBytes + info.HeldOutBytes), info.ToString());
            Assert.Equal(
                string.Concat(Enumerable.Range(variant * 10, count).Select(Text)).Length,
                TempFolder.Texts(info).Sum(text => text.Length));
            Assert.Empty(info.Notes);
        }
    }

    [Fact]
    public void Of_a_single_document_the_end_is_held_out_from_the_start_of_a_line()
    {
        using var folder = new TempFolder();
        var lines = string.Concat(Enumerable.Range(0, 400).Select(i => $"{Text(i)}\n"));
        folder.Write("a.txt", lines);
        var info = folder.Build(new DataSpec(["a.txt"], Holdout: 0.1));
        var train = Assert.Single(TempFolder.Texts(info, heldOut: false));
        var heldOut = Assert.Single(TempFolder.Texts(info, heldOut: true));
        Assert.Equal(lines, train + heldOut);
        Assert.StartsWith("Text ", heldOut, StringComparison.Ordinal);
        Assert.InRange(heldOut.Length, lines.Length / 10, (lines.Length / 10) + 40);
        using var corpus = TokenCorpus.Open(info.Folder);
        Assert.Equal([("a.txt", "train"), ("a.txt+end", "heldout")], corpus.Documents().Select(document => (document.Id, document.Split)));
    }

    [Fact]
    public void A_short_text_beside_a_long_one_never_leaves_the_short_one_alone_to_learn_from()
    {
        for (var variant = 0; variant < 8; variant++)
        {
            using var folder = new TempFolder();
            folder.Write("a.txt", Text(variant));
            folder.Write("b.txt", string.Concat(Enumerable.Range(variant * 7, 4000).Select(i => $"{Text(i)}\n")));
            var info = folder.Build(new DataSpec(["*.txt"], Holdout: 0.1));
            Assert.True(info.TrainBytes > info.HeldOutBytes, info.ToString());
        }
    }

    [Fact]
    public void A_giant_line_among_short_ones_is_held_out_in_parts()
    {
        using var folder = new TempFolder();
        Write(folder, "a.jsonl", 0, 100);
        File.AppendAllText(Path.Combine(folder.Root, "a.jsonl"), $$"""{"text":"{{string.Concat(Enumerable.Range(0, 400_000).Select(Text))}}"}""");
        var info = folder.Build(new DataSpec(["a.jsonl"], Holdout: 0.05));
        Assert.InRange(info.HeldOutBytes, 0.005 * info.TrainBytes, 0.2 * info.TrainBytes);
    }

    [Fact]
    public void A_text_too_short_to_be_split_is_trained_on_and_a_note_says_so()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt", "x");
        var info = folder.Build(new DataSpec(["a.txt"], Holdout: 0.5));
        Assert.Equal(0, info.HeldOutTokens);
        Assert.Contains("too short", Assert.Single(info.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void No_share_holds_nothing_out_and_needs_no_note()
    {
        using var folder = new TempFolder();
        Write(folder, "a.jsonl", 0, 100);
        var info = folder.Build("a.jsonl");
        Assert.Equal(0, info.HeldOutDocuments);
        Assert.Empty(info.Notes);
    }

    private static string Text(int index) => $"Text {index} says something.";

    private static void Write(TempFolder folder, string name, int first, int count) =>
        folder.Write(name, string.Concat(Enumerable.Range(first, count).Select(i => $"{{\"text\":\"{Text(i)}\"}}\n")));
}
