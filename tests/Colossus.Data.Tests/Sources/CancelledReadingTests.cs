namespace Colossus.Data.Tests.Sources;

/// <summary>A request to stop is heard within a file, not only after it: each file here is bad further on, and nobody may get so far.</summary>
public sealed class CancelledReadingTests
{
    [Theory]
    [InlineData("a.txt")]
    [InlineData("a.jsonl")]
    [InlineData("a.json")]
    [InlineData("a.xml")]
    [InlineData("a.txt.gz")]
    [InlineData("a.parquet")]
    public void A_request_to_stop_ends_the_reading_of_a_file(string name)
    {
        using var folder = new TempFolder();
        var bad = name == "a.xml" ? "<a>x<b/>y" : new string('x', 3 << 20);
        var path = folder.Write(name, name.EndsWith(".gz", StringComparison.Ordinal) ? Packed.By(".gz", bad)[..^9] : [.. System.Text.Encoding.UTF8.GetBytes(bad), 0xFF]);
        if (name.EndsWith(".parquet", StringComparison.Ordinal))
        {
            ParquetFiles.Write(path, [ParquetFiles.Text("text")], [.. Enumerable.Repeat<byte[]>([0xFF], 1000)]);
        }

        using var stop = new CancellationTokenSource();
        var log = new ProgressLog(report =>
        {
            if (report.Stage == "reading text")
            {
                stop.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() => folder.BuildUntil(new([name]), log, stop.Token));
        Assert.Empty(Directory.GetDirectories(Path.Combine(folder.Cache, ".building")));
    }
}
