using System.Diagnostics;

namespace Colossus.Scenarios;

/// <summary>Bounded waiting.</summary>
internal static class Wait
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(10);

    public static void Until(Func<bool> condition, string what)
    {
        var started = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(started.Elapsed < limit, $"waited {limit.TotalSeconds:0} s for {what}");
            Thread.Sleep(10);
        }
    }
}
