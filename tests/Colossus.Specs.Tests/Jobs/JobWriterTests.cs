using Colossus.Specs.Jobs;
using CsCheck;

namespace Colossus.Specs.Tests.Jobs;

public sealed class JobWriterTests
{
    [Fact]
    public void A_written_job_is_read_back_equal() => JobGen.Jobs.Sample(
        job =>
        {
            string text = JobWriter.Write(job);
            var reading = JobReader.Parse(text, "resolved.yaml", [], toTrain: false);
            Assert.True(reading.Mistakes.Count == 0, string.Join('\n', reading.Mistakes));
            Assert.Equal(job, reading.Job);
            Assert.Equal(text, JobWriter.Write(reading.Job!));
        },
        iter: 2000);

    [Fact]
    public void A_job_without_a_model_is_read_back_equal()
    {
        var job = Read.Job("workload: { command: [a] }");
        Assert.Equal(job, Read.Job(JobWriter.Write(job)));
    }

    [Fact]
    public void A_preset_is_written_out() => Assert.Contains("\n  hidden: 6144\n", JobWriter.Write(Read.Job("model: { preset: grok-1 }")), StringComparison.Ordinal);

    [Theory]
    [InlineData("no")]
    [InlineData("NULL")]
    [InlineData("")]
    [InlineData("a: b")]
    [InlineData("../x*.md")]
    [InlineData(" spaced ")]
    [InlineData("line\nbreak\r\n\u2028\u0085\u00a0\ufeff")]
    [InlineData("\U0001F600")]
    public void A_text_of_any_kind_survives(string field)
    {
        var job = Read.Job(Read.Minimal);
        job = job with { Data = job.Data with { Field = field } };
        Assert.Equal(job, Read.Job(JobWriter.Write(job)));
    }

    [Fact]
    public void Equality_sees_every_list()
    {
        var data = new DataSpec(["a", "b"]) { Exclude = [new ExclusionRule("x")] };
        Assert.Equal(data, new DataSpec(["a", "b"]) { Exclude = [new ExclusionRule("x")] });
        Assert.NotEqual(data, data with { Sources = ["a", "c"] });
        Assert.NotEqual(data, data with { Exclude = [] });
        Assert.NotEqual(new WorkloadSpec(["a"]), new WorkloadSpec(["a", "b"]));
        Assert.Equal(new WorkloadSpec(["a"]).GetHashCode(), new WorkloadSpec(["a"]).GetHashCode());
    }
}
