using Colossus.Specs.Jobs;

namespace Colossus.House.Tests;

/// <summary>Every job in <c>samples/</c> is one that Colossus reads.</summary>
public sealed class SampleTests
{
    /// <summary>Samples for planning only: no machine here could train them.</summary>
    private static readonly string[] planned = ["samples/grok-100k.yaml"];

    public static TheoryData<string> Jobs() => [.. Repository.Files("samples", "*.yaml")];

    [Theory]
    [MemberData(nameof(Jobs))]
    public void A_sample_has_no_mistake(string job)
    {
        var reading = JobReader.Read(Path.Combine(Repository.Root, job), [], toTrain: !planned.Contains(job));
        Assert.Empty(reading.Mistakes.Select(mistake => mistake.ToString()));
        Assert.NotNull(reading.Job);
    }

    [Theory]
    [MemberData(nameof(Jobs))]
    public void A_sample_says_what_it_is_for(string job) => Assert.StartsWith("# ", Repository.Text(job));

    [Fact]
    public void Every_sample_that_is_for_planning_only_exists() => Assert.All(planned, job => Assert.Contains(job, Repository.Files("samples", "*.yaml")));
}
