using System.Runtime.CompilerServices;

namespace Colossus.Cli.Tests;

/// <summary>Text of the terminal against a file in <c>Expected/</c>. After a wanted change, run once with <c>COLOSSUS_ACCEPT=1</c> and look at the difference.</summary>
internal static class Expectation
{
    public static void Matches(string name, string actual, [CallerFilePath] string caller = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(caller)!, "Expected", name + ".txt");
        if (Environment.GetEnvironmentVariable("COLOSSUS_ACCEPT") == "1")
        {
            File.WriteAllText(file, actual);
        }

        Assert.True(File.Exists(file), $"{file} is missing");
        Assert.Equal(File.ReadAllText(file), actual);
    }
}
