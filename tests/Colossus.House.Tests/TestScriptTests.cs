using System.Diagnostics;

namespace Colossus.House.Tests;

/// <summary>The command line of <c>./test</c>, as far as it goes before anything is built.</summary>
public sealed class TestScriptTests
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("--lnog", "unknown option '--lnog'")]
    [InlineData("Specs --long --what", "unknown option '--what'")]
    [InlineData("Specs --long Data", "two filters, 'Specs' and 'Data'")]
    public async Task A_mistyped_argument_is_refused(string arguments, string expected)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Repository.Root, "test"), .. arguments.Split(' ')]) { RedirectStandardError = true };
        using var script = Process.Start(start)!;
        var said = await script.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(limit, TestContext.Current.CancellationToken);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(limit, TestContext.Current.CancellationToken);
        Assert.Equal(2, script.ExitCode);
        Assert.Contains(expected, said);
    }
}
