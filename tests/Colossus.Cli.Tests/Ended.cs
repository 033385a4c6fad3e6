using System.Diagnostics;

namespace Colossus.Cli.Tests;

/// <summary>A process from its start to its end.</summary>
internal static class Ended
{
    /// <summary>Starts it and waits for its end, at most <paramref name="limit"/>.</summary>
    public static (int Code, string Out, string Error) Of(ProcessStartInfo start, TimeSpan limit)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"waited {limit.TotalSeconds:0} s for the end of: {string.Join(' ', start.ArgumentList)}");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
