using Colossus.Specs.Diagnostics;
using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests;

public sealed class YamlSourceTests
{
    [Fact]
    public void A_key_that_is_there_twice_is_a_mistake_at_the_second()
    {
        var mistake = JobText.Mistake("model:\n  layers: 1\n  hidden: 8\n  layers: 2\n");
        Assert.Equal((ErrorCode.Syntax, 4, 3), (mistake.Code, mistake.Line, mistake.Column));
        Assert.Equal("  layers: 2", mistake.SourceLine);
        Assert.Contains("layers", mistake.Message);
    }

    [Theory]
    [InlineData("model: { layers: 1", 1)]
    [InlineData("model:\n  layers: 1\n heads: 2\n", 3)]
    [InlineData("name: x\nmodel: 'open\n", 2)]
    [InlineData("name: x\ndata: *nothing\n", 2)]
    [InlineData("name: x\n\tmodel: 1\n", 2)]
    [InlineData("- a\n- b\n", 1)]
    [InlineData("only words", 1)]
    [InlineData("&a [*a]", 1)]
    public void Broken_files_are_mistakes_with_a_place(string text, int line)
    {
        var mistake = JobText.Mistake(text);
        Assert.Equal(ErrorCode.Syntax, mistake.Code);
        Assert.True(mistake.Line >= line && mistake.Line <= line + 1, mistake.ToString());
        Assert.True(mistake.Column >= 1 && mistake.Length >= 1 && mistake.Message.Length > 0);
    }

    [Fact]
    public void An_alias_of_nothing_is_marked_where_it_stands() => Assert.Equal(
        ["job.yaml:3:11: error COL1001: no value has the name &.md; put quotes around a text that starts with *", "      source: *.md", "              ^^^^"],
        JobText.Mistake("name: &a x\ndata:\n  source: *.md\n").ToString().Split(Environment.NewLine));

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a remark\n")]
    public void An_empty_file_lacks_a_model(string text) =>
        Assert.All(JobReader.Parse(text, "job.yaml", [], toTrain: true).Mistakes, mistake => Assert.Equal((ErrorCode.Missing, 1, 1), (mistake.Code, mistake.Line, mistake.Column)));

    [Fact]
    public void Settings_replace_values_of_the_file_and_add_sections()
    {
        var job = JobText.Job(JobText.TenLines, "train.steps=7", "train.optimizer.learningRate=2e-4", "model.experts.count=4", "model.experts.active=2", "data.source=[a.txt, b.txt]", "name=other");
        Assert.Equal((7, 2e-4, "other"), (job.Train.Steps, job.Train.Optimizer.LearningRate, job.Name));
        Assert.Equal(new ExpertsSpec(4, 2, 0, job.Model.Ffn), job.Model.Experts);
        Assert.Equal(["a.txt", "b.txt"], job.Data.Sources);
        Assert.Equal((4, 8), (job.Model.Layers, job.Train.GlobalBatch));
    }

    [Fact]
    public void The_last_of_two_settings_of_a_key_counts() => Assert.Equal(9, JobText.Job(JobText.TenLines, "train.steps=7", "train.steps=9").Train.Steps);

    [Fact]
    public void A_value_may_hold_equals_signs() => Assert.Equal(["a=b.txt"], JobText.Job(JobText.TenLines, "data.source=a=b.txt").Data.Sources);

    [Fact]
    public void A_mistake_in_a_setting_is_shown_at_the_setting() => Assert.Equal(
        ["--set:1:1: error COL1003: train.steps is 'x'; it must be a whole number", "    train.steps=x", "    ^^^^^^^^^^^^^"],
        JobText.Mistake(JobText.TenLines, "train.steps=x").ToString().Split(Environment.NewLine));

    [Theory]
    [InlineData("train.steps")]
    [InlineData("=5")]
    [InlineData("")]
    [InlineData("train.steps=[1")]
    [InlineData("train.steps=*x")]
    [InlineData("train.steps=&a [*a]")]
    public void A_setting_that_is_none_is_a_mistake(string setting)
    {
        var mistake = JobText.Mistake(JobText.TenLines, setting);
        Assert.Equal((ErrorCode.Syntax, "--set"), (mistake.Code, mistake.File));
    }

    [Theory]
    [InlineData("train..steps=1")]
    [InlineData("train.steps.more=1")]
    [InlineData(".=1")]
    public void A_path_that_leads_nowhere_is_a_mistake(string setting) =>
        Assert.Equal("--set", JobText.Mistake(JobText.TenLines, setting).File);

    [Theory]
    [InlineData("warmpu", "warmup")]
    [InlineData("Hidden", "hidden")]
    [InlineData("hiden", "hidden")]
    [InlineData("grok1", "grok-1")]
    [InlineData("frequency", null)]
    [InlineData("", null)]
    public void The_nearest_word_is_suggested_and_none_when_all_are_far(string word, string? nearest) =>
        Assert.Equal(nearest, Suggestions.Nearest(word, ["grok-1", "hidden", "warmup", "schedule"]));
}
