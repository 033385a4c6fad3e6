using System.Diagnostics;

namespace Colossus.Cli.Tests;

/// <summary>The script in a real bash, against the real program.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("colossus doc", "doctor")]
    [InlineData("colossus doctor --form", "--format")]
    [InlineData("colossus doctor --format j", "json")]
    [InlineData("colossus completion f", "fish")]
    public async Task Bash_completes(string line, string expected)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "needs bash");
        using var test = new TestHost();
        await test.Run("completion", "bash");
        var program = Path.Combine(AppContext.BaseDirectory, "colossus.dll");
        var script = test.Write("try.sh", $$"""
            colossus() { dotnet "{{program}}" "$@"; }
            {{test.Out}}
            COMP_LINE="$1" COMP_POINT=${#1}
            read -ra COMP_WORDS <<< "$1"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _colossus
            printf '%s\n' "${COMPREPLY[@]}"
            """);
        using var bash = Process.Start(new ProcessStartInfo("/bin/bash", [script, line]) { RedirectStandardOutput = true })!;
        var found = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected, found.Trim());
    }
}
