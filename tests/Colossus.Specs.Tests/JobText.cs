using Colossus.Specs.Diagnostics;
using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests;

/// <summary>Job files that the tests read.</summary>
internal static class JobText
{
    public const string TenLines =
        """
        name: small
        model:
          layers: 4
          hidden: 96
          heads: 4
        data:
          source: texts/*.md
        train:
          steps: 50
          globalBatch: 8
        """;

    /// <summary>The job of a text without mistakes.</summary>
    public static JobSpec Job(string text, params string[] settings)
    {
        var reading = JobReader.Parse(text, "job.yaml", settings, toTrain: false);
        Assert.Empty(reading.Mistakes);
        return reading.Job!;
    }

    /// <summary>The only mistake of a text.</summary>
    public static Diagnostic Mistake(string text, params string[] settings)
    {
        var reading = JobReader.Parse(text, "job.yaml", settings, toTrain: false);
        Assert.Null(reading.Job);
        return Assert.Single(reading.Mistakes);
    }

    /// <summary>The only mistake of a job that is to be trained.</summary>
    public static Diagnostic TrainingMistake(params string[] settings)
    {
        var reading = JobReader.Parse(TenLines, "job.yaml", settings, toTrain: true);
        Assert.Null(reading.Job);
        return Assert.Single(reading.Mistakes);
    }
}
