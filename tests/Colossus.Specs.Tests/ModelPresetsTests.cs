using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests;

public sealed class ModelPresetsTests
{
    public static TheoryData<string> Names() => [.. ModelPresets.Names];

    [Fact]
    public void Grok_1_has_its_published_shape() => Assert.Equal(
        new ModelSpec(64, 6144, 48, 8, 128, 32768, Activation.SwiGlu, 131_072, 8192, Experts: new ExpertsSpec(8, 2, 0, 32768)),
        ModelPresets.Find("grok-1"));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_preset_is_a_job_that_is_written_and_read_back(string name)
    {
        var job = JobText.Job($"model: {{ preset: {name} }}");
        Assert.Equal(ModelPresets.Find(name), job.Model);
        Assert.Equal(job.Model, JobText.Job(JobWriter.Write(job)).Model);
    }

    [Fact]
    public void A_preset_may_be_changed()
    {
        var model = JobText.Job("model: { preset: grok-1, layers: 2, sequence: 128, experts: { active: 1 } }").Model;
        Assert.Equal(ModelPresets.Find("grok-1")! with { Layers = 2, Sequence = 128, Experts = new ExpertsSpec(8, 1, 0, 32768) }, model);
    }

    [Fact]
    public void An_unknown_preset_is_a_mistake_with_a_suggestion()
    {
        var mistakes = JobReader.Parse("model: { preset: grok-l }", "job.yaml", [], toTrain: false).Mistakes;
        Assert.Contains(mistakes, mistake => mistake.Column == 18 && mistake.Message.EndsWith("did you mean grok-1?", StringComparison.Ordinal));
    }
}
