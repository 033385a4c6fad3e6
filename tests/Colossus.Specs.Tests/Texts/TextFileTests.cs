using Colossus.Specs.Jobs;
using Colossus.Specs.Sites;
using Colossus.Specs.Texts;

namespace Colossus.Specs.Tests.Texts;

public sealed class TextFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("colossus-texts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_file_of_the_longest_length_is_read_and_a_byte_more_is_refused()
    {
        string path = Write(new string('x', 1000));
        Assert.Equal(1000, TextFile.Read(path, 1000).Length);
        Assert.Equal(999, Assert.Throws<TextFileTooLongException>(() => TextFile.Read(path, 999)).Longest);
    }

    [Fact]
    public void A_device_that_never_ends_is_refused_though_it_has_no_length()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "this system has no /dev/zero");
        Assert.Throws<TextFileTooLongException>(() => TextFile.Read("/dev/zero", TextFile.LongestDescription));
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_text()
    {
        string path = Write("");
        File.WriteAllText(path, "name: a", System.Text.Encoding.Unicode);
        Assert.Equal("name: a", TextFile.Read(path, 1000));
    }

    [Fact]
    public void Jobs_and_sites_above_a_mebibyte_are_refused_with_their_code()
    {
        string path = Write("#" + new string('#', TextFile.LongestDescription));
        var job = JobReader.Read(path, [], toTrain: false, "job.yaml");
        Assert.StartsWith("job.yaml:1:1: error COL1008: the file is larger than 1048576 bytes", Assert.Single(job.Mistakes).Headline, StringComparison.Ordinal);
        var site = SiteReader.Read(path, "site.yaml");
        Assert.StartsWith("site.yaml:1:1: error COL1008: the file is larger than 1048576 bytes", Assert.Single(site.Mistakes).Headline, StringComparison.Ordinal);
    }

    private string Write(string text)
    {
        string path = Path.Combine(folder, "file");
        File.WriteAllText(path, text);
        return path;
    }
}
