using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests.Jobs;

public sealed class OverrideTests
{
    [Fact]
    public void A_setting_replaces_a_value_of_the_file() =>
        Assert.Equal(7, Read.Job($"{Read.Minimal}train: {{ steps: 5 }}", "train.steps=7").Train.Steps);

    [Fact]
    public void A_setting_makes_the_section_that_the_file_lacks()
    {
        Assert.Equal(0.5, Read.Job(Read.Minimal, "train.optimizer.learningRate=0.5").Train.Optimizer.LearningRate);
        Assert.Equal(2, Read.Job($"{Read.Minimal}parallel:\n", "parallel.data=2").Parallel.Data);
    }

    [Fact]
    public void The_last_of_two_settings_wins() => Assert.Equal(9, Read.Job(Read.Minimal, "train.steps=7", "train.steps=9").Train.Steps);

    [Fact]
    public void Settings_alone_make_a_job() => Assert.Equal(2, Read.Job("", "model.layers=2", "model.hidden=8", "model.heads=2").Model.Layers);

    [Fact]
    public void Lists_and_sections_are_written_in_brackets()
    {
        Assert.Equal(["a.md", "b.md"], Read.Job(Read.Minimal, "data.source=[a.md, b.md]").Data.Sources);
        Assert.Equal(new ExpertsSpec(4, 1, 0, 384) { Renormalize = false }, Read.Job(Read.Minimal, "model.experts={ count: 4, active: 1 }").Model.Experts);
        Assert.Equal("a b", Read.Job(Read.Minimal, "data.field='a b'").Data.Field);
    }

    [Theory]
    [InlineData("*.md")]
    [InlineData("a: b")]
    [InlineData("x=y")]
    [InlineData("- a")]
    [InlineData("# a")]
    public void A_value_that_is_no_yaml_is_taken_as_it_stands(string value) => Assert.Equal([value], Read.Job(Read.Minimal, $"data.source={value}").Data.Sources);

    [Fact]
    public void Mistakes_point_to_the_setting()
    {
        Assert.Equal("--set train.steps=many: error COL1003: train.steps is 'many', not a whole number; use 1 to 2147483647", Read.Mistake(Read.Minimal, "train.steps=many"));
        Assert.StartsWith("--set train.stesp=1: error COL1002: train.stesp is not a key; did you mean train.steps?", Read.Mistake(Read.Minimal, "train.stesp=1"));
        Assert.StartsWith("--set parallel.tensor=3: error COL1006: parallel.tensor is 3, but model.heads (4)", Read.Mistakes(Read.Minimal, "parallel.tensor=3")[0].Headline);
    }

    [Fact]
    public void What_a_section_of_the_file_lacks_is_missing_in_the_file() =>
        Assert.Equal("job.yaml:1:1: error COL1005: model.heads is missing; give a whole number", Read.Mistake("model: { layers: 2, hidden: 128 }", "model.kvHeads=1"));

    [Theory]
    [InlineData("train.steps")]
    [InlineData("=5")]
    [InlineData("train..steps=5")]
    [InlineData(".=5")]
    [InlineData("")]
    public void A_setting_of_another_form_is_refused(string setting) =>
        Assert.Equal($"--set {setting}: error COL1010: this is not section.key=value; write it as in train.steps=100", Read.Mistake(Read.Minimal, setting));

    [Theory]
    [InlineData("train.steps=1.5", "a whole number")]
    [InlineData("train.optimizer.clip=NaN", "a number")]
    [InlineData("resilience.heartbeat=2 weeks", "a time")]
    [InlineData("resilience.heartbeat=NaN", "a time")]
    [InlineData("resilience.heartbeat=5sm", "a time")]
    [InlineData("train={steps: {a: 1}}", "a whole number")]
    [InlineData("model.experts=8", "a section of keys")]
    [InlineData("data.field=[a]", "a text")]
    [InlineData("data.source={a: b}", "a text or a list of texts")]
    public void A_value_of_the_wrong_type_is_told_the_right_one(string setting, string kind)
    {
        var mistake = Assert.Single(Read.Mistakes(Read.Minimal, setting));
        Assert.Equal("COL1003", mistake.Code);
        Assert.Contains(kind, mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_below_a_single_value_is_refused() =>
        Assert.Equal("--set train.steps.more=1: error COL1010: train.steps is a value in the file, not a section; set train.steps itself", Read.Mistake($"{Read.Minimal}train: {{ steps: 5 }}", "train.steps.more=1"));

    [Fact]
    public void Broken_brackets_of_a_setting_are_its_own_mistake() =>
        Assert.StartsWith("--set data.source=[a: error COL1001: this is no YAML", Read.Mistake(Read.Minimal, "data.source=[a"));

    [Fact]
    public void A_setting_leaves_other_uses_of_an_anchor_alone()
    {
        var job = Read.Job($"model: &m {{ layers: 2, hidden: 128, heads: 4 }}\n", "model.layers=3");
        Assert.Equal(3, job.Model.Layers);
    }
}
