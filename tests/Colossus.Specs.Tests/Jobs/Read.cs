using Colossus.Specs.Diagnostics;
using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests.Jobs;

/// <summary>Short forms of reading for the tests.</summary>
internal static class Read
{
    public const string Minimal = "model: { layers: 2, hidden: 128, heads: 4 }\n";

    public static JobSpec Job(string text, params string[] overrides)
    {
        var reading = JobReader.Parse(text, "job.yaml", overrides, toTrain: false);
        Assert.Empty(reading.Mistakes);
        return reading.Job!;
    }

    public static IReadOnlyList<Diagnostic> Mistakes(string text, params string[] overrides)
    {
        var reading = JobReader.Parse(text, "job.yaml", overrides, toTrain: false);
        Assert.Equal(reading.Mistakes.Count > 0, reading.Job is null);
        return reading.Mistakes;
    }

    public static string Mistake(string text, params string[] overrides) => Assert.Single(Mistakes(text, overrides)).Headline;
}
