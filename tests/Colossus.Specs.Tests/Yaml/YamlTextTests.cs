using System.Text;
using Colossus.Specs.Jobs;
using Colossus.Specs.Tests.Jobs;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Tests.Yaml;

/// <summary>Files as editors of all systems leave them.</summary>
public sealed class YamlTextTests
{
    private const string text = "# größe 😀\nmodel:\n  layers: 2\n  hidden: 128\n  heads: 4\n";

    public static TheoryData<string, bool> Encodings => new()
    {
        { "utf-8", false }, { "utf-8", true }, { "utf-16", false }, { "utf-16", true }, { "utf-16BE", false }, { "utf-16BE", true },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_file_is_read_in_the_encoding_that_it_has(string name, bool mark)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] bytes = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];
        Assert.Equal(text, YamlText.Decode(bytes));
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, bytes);
            Assert.Equal(128, JobReader.Read(file, [], toTrain: false).Job!.Model.Hidden);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Lines_end_as_on_any_system(string lineBreak)
    {
        string written = text.Replace("\n", lineBreak, StringComparison.Ordinal);
        Assert.Equal(2, Read.Job(written).Model.Layers);
        Assert.StartsWith("job.yaml:6:1: error COL1002", Read.Mistake(written + "x: 1"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model: { layers: 2, hidden: 128, heads: 4 }\n\0x: 1", "job.yaml:2:1: error COL1012: a zero byte stands here, so this is no text; save the file as UTF-8")]
    [InlineData("model: { layers: 2, hidden: 128, heads: 4 }\r\n# \u001b[31m", "job.yaml:2:3: error COL1012: the character U+001B is none that a text shows; remove it; in double quotes it can be written with a backslash")]
    [InlineData("model: { layers: 2, hidden: 128, heads: 4 }\f\nx: 1", "job.yaml:1:44: error COL1012: the character U+000C is none")]
    public void What_no_text_holds_is_refused_at_its_place(string broken, string mistake)
    {
        var found = Assert.Single(Read.Mistakes(broken));
        Assert.StartsWith(mistake, found.Headline, StringComparison.Ordinal);
        Assert.DoesNotContain(found.ToString(), static letter => char.IsControl(letter) && letter != '\n');
    }

    [Fact]
    public void A_byte_that_is_no_utf8_is_refused_at_its_place()
    {
        byte[] latin = [.. Encoding.UTF8.GetBytes("# größe\nmodel: { layers: 2 } # gr"), 0xF6, .. "sse\n"u8];
        Assert.StartsWith("job.yaml:2:26: error COL1012: byte F6 (hexadecimal) is no UTF-8; save the file as UTF-8", Read.Mistake(YamlText.Decode(latin)), StringComparison.Ordinal);
        Assert.Contains("COL1012", Read.Mistake(YamlText.Decode([.. Encoding.Unicode.GetBytes("model:"), 0])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tab_that_indents_is_shown_where_it_stands() =>
        Assert.StartsWith("job.yaml:2:1: error COL1001: this is no YAML: While scanning a mapping, found invalid tab as indentation; indent with spaces", Read.Mistake("model:\n\tlayers: 2\n"), StringComparison.Ordinal);
}
