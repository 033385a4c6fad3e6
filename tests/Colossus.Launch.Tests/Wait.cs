using System.Diagnostics;

namespace Colossus.Launch.Tests;

/// <summary>Waits for what other processes do, within a limit.</summary>
internal static class Wait
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="what">What is waited for, to tell if it does not come.</param>
    /// <param name="condition">Asked again and again.</param>
    public static async Task Until(string what, Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Limit, $"not within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
