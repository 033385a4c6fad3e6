using System.Text;

namespace Colossus.Data.Tests.Sources;

/// <summary>Files named .json: one array, or values one after another.</summary>
public sealed class JsonSourceTests
{
    [Theory]
    [InlineData("""[{"text":"a"},{"text":"b"}]""")]
    [InlineData(" [\n  {\"text\": \"a\"} ,\n  {\"text\": \"b\"}\n]\n")]
    [InlineData("{\"text\":\"a\"}\n{\"text\":\"b\"}\n")]
    [InlineData("{\n  \"text\": \"a\"\n}\n{\n  \"text\": \"b\"\n}")]
    [InlineData("\uFEFF[{\"text\":\"a\",\"x\":\"]}\\\"[{\"},{\"text\":\"b\",\"y\":[[],{}]}]")]
    public void Arrays_and_objects_one_after_another_are_read(string json)
    {
        using var folder = new TempFolder();
        folder.Write("a.json", json);
        Assert.Equal(["a", "b"], TempFolder.Texts(folder.Build("a.json")));
    }

    [Fact]
    public void An_array_may_be_longer_than_any_buffer()
    {
        using var folder = new TempFolder();
        var texts = Enumerable.Range(0, 30_000).Select(i => $"Text {i} \\\"{new string('x', i % 200)}").ToList();
        folder.Write("a.json", $"[{string.Join(",\n", texts.Select(text => $"{{\"text\":\"{text}\"}}"))}]");
        Assert.Equal(texts.Select(text => text.Replace("\\\"", "\"", StringComparison.Ordinal)), TempFolder.Texts(folder.Build("a.json")));
    }

    [Theory]
    [InlineData("""[{"text":"a"}""", 1, "not closed")]
    [InlineData("[{\"text\":\"a\"},\n{\"text\":\"b", 2, "not a JSON object")]
    [InlineData("[{\"text\":\"a\"}\n{\"text\":\"b\"}]", 2, "no comma")]
    [InlineData("""[{"text":"a"},]""", 1, "no element after this comma")]
    [InlineData("[{\"text\":\"a\"}]\n{}", 2, "follows the end")]
    [InlineData("[{\"text\":\"a\"},\n 5]", 2, "found a number")]
    [InlineData("[{\"text\":\"a\"},\n {\n \"text\": }]", 3, "not a JSON object")]
    [InlineData("]", 1, "not a JSON object")]
    public void Mistakes_have_their_line(string json, int line, string what)
    {
        using var folder = new TempFolder();
        folder.Write("a.json", json);
        var problem = folder.Problems(new(["a.json"]))[0];
        Assert.Equal(line, problem.Line);
        Assert.Contains(what, problem.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.txt.gz", "Some text.")]
    [InlineData("a.md.zst", "Some text.")]
    [InlineData("a.jsonl.gz", "{\"text\":\"Some text.\"}\n")]
    [InlineData("a.jsonl.zst", "{\"text\":\"Some text.\"}\n")]
    [InlineData("a.json.gz", "[{\"text\":\"Some text.\"}]")]
    [InlineData("a.xml.zst", "<a>Some text.</a>")]
    [InlineData("A.TXT.GZ", "Some text.")]
    public void Packed_files_are_read_as_they_are(string name, string content)
    {
        using var folder = new TempFolder();
        folder.Write(name, Packed.By(Path.GetExtension(name).ToLowerInvariant(), content));
        Assert.Equal(["Some text."], TempFolder.Texts(folder.Build(name)));
    }

    [Fact]
    public void Of_several_packed_files_in_one_all_are_read()
    {
        using var folder = new TempFolder();
        folder.Write("a.txt.gz", [.. Packed.By(".gz", "one "), .. Packed.By(".gz", "two")]);
        folder.Write("b.txt.zst", [.. Packed.By(".zst", "three "), .. Packed.By(".zst", "four")]);
        Assert.Equal(["one two", "three four"], TempFolder.Texts(folder.Build("a.txt.gz", "b.txt.zst")));
    }

    [Theory]
    [InlineData(".gz", 1)]
    [InlineData(".gz", 9)]
    [InlineData(".gz", 500)]
    [InlineData(".zst", 1)]
    [InlineData(".zst", 500)]
    public void A_packed_file_that_is_cut_short_is_never_taken_for_a_whole_one(string extension, int missing)
    {
        using var folder = new TempFolder();
        var random = new Random(1);
        var text = new StringBuilder();
        for (var i = 0; i < 2000; i++)
        {
            text.Append(random.Next()).Append('\n');
        }

        folder.Write($"a.txt{extension}", Packed.By(extension, text.ToString())[..^missing]);
        folder.Write($"b.txt{extension}", "This is not packed.");
        var problems = folder.Problems(new([$"?.txt{extension}"]));
        Assert.Equal(2, problems.Count);
        Assert.All(problems, problem => Assert.Contains("cannot be unpacked", problem.What, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a.parquet.gz", "gunzip")]
    [InlineData("a.gz", ".jsonl.gz or .txt.gz")]
    [InlineData("a.csv.zst", "zstd -d")]
    [InlineData("a.zip", "unpack it first")]
    [InlineData("a.tar.gz", "unpack it first")]
    public void What_is_not_unpacked_is_told_with_the_cure(string name, string cure)
    {
        using var folder = new TempFolder();
        folder.Write(name, "x");
        Assert.Contains(cure, folder.Problem(name).NextStep, StringComparison.Ordinal);
    }
}
