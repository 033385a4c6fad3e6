using Colossus.Cli.Train;
using Colossus.Specs.Texts;

namespace Colossus.Cli.Tests;

/// <summary>Files that are too large are refused by every verb alike, before they are read whole.</summary>
public sealed class LargeFileTests
{
    [Theory]
    [InlineData("train large.yaml")]
    [InlineData("data build large.yaml")]
    [InlineData("data inspect large.yaml")]
    [InlineData("estimate large.yaml --site dgx-h100")]
    [InlineData("plan large.yaml --site dgx-h100")]
    [InlineData("estimate llama3-8b --site large.yaml")]
    [InlineData("plan llama3-8b --site large.yaml")]
    [InlineData("site show large.yaml")]
    [InlineData("site compare large.yaml dgx-h100")]
    public async Task A_job_or_site_above_a_mebibyte_is_refused(string line)
    {
        using var test = new TestHost();
        test.Write("large.yaml", "name: large\n" + new string('#', TextFile.LongestDescription));
        Assert.Equal(ExitCode.BadInput, await Run(test, line));
        Assert.Contains("error COL1008: the file is larger than 1048576 bytes", test.Error);
        Assert.Equal("", test.Out);
    }

    [Theory]
    [InlineData("twin check large.csv")]
    [InlineData("twin calibrate large.csv --out mine")]
    [InlineData("estimate llama3-8b --site dgx-h100 --twin .")]
    public async Task A_table_above_its_bound_is_refused(string line)
    {
        using var test = new TestHost();
        using (var large = File.Create(Path.Combine(test.Folder, "large.csv")))
        {
            large.SetLength(TextFile.LongestTable + 1L);
        }

        File.Copy(Path.Combine(test.Folder, "large.csv"), Path.Combine(test.Folder, "twin-parameters.csv"));
        test.Write("twin-spread.csv", "");
        Assert.Equal(ExitCode.BadInput, await Run(test, line));
        Assert.Contains("is larger than 16 MiB", test.Error);
    }

    private static Task<int> Run(TestHost test, string line)
    {
        var host = test.Host with { Train = new TrainServices(new FileJobSource(), test.Train, test.Train) };
        return CommandLine.RunAsync(line.Split(' '), host, TestContext.Current.CancellationToken);
    }
}
