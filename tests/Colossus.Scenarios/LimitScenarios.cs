using System.Diagnostics;

namespace Colossus.Scenarios;

/// <summary>Limits of the shell under which the runtime dies without a word: the launcher says what to raise.</summary>
public sealed class LimitScenarios
{
    [Theory]
    [InlineData("-n 48", "estimate llama3-8b --site dgx-h100", "48 files may be open at once, 256 are needed")]
    [InlineData("-n 20", "train job.yaml", "20 files may be open at once, 256 are needed")]
    [InlineData("-v 200000", "estimate llama3-8b --site dgx-h100", "a process may use 200000 kB of address space, 1000000 are needed")]
    public void A_limit_that_is_too_low_is_named_with_what_to_raise(string limit, string arguments, string words)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Colossus.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no repository above the tests");
        }

        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", $"ulimit {limit}; exec \"{folder}/colossus\" {arguments}"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        string said = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)), "the launcher did not end within 30 s");
        Assert.Equal(3, process.ExitCode);
        Assert.Contains(words, said, StringComparison.Ordinal);
        Assert.Contains("Raise the limit", said, StringComparison.Ordinal);
    }
}
