using Colossus.Specs.Diagnostics;
using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests;

public sealed class MistakeTests
{
    [Fact]
    public void All_mistakes_of_a_file_come_at_once_in_the_order_of_their_places()
    {
        const string text =
            """
            model:
              layers: many
              hidden: 96
              heads: 4
              hidden_size: 96
            train:
              steps: 0
              precision: bf61
            resilience: 3
            modle: 1
            """;
        var reading = JobReader.Parse(text, "job.yaml", [], toTrain: true);
        Assert.Null(reading.Job);
        Assert.Equal(
            [(2, 11, "COL1003"), (5, 3, "COL1002"), (7, 10, "COL1004"), (8, 14, "COL1004"), (9, 13, "COL1003"), (10, 1, "COL1002")],
            reading.Mistakes.Select(mistake => (mistake.Line, mistake.Column, mistake.Code)));
        Assert.Contains("did you mean bf16?", reading.Mistakes[3].Message);
        Assert.Contains("did you mean model?", reading.Mistakes[5].Message);
    }

    [Fact]
    public void All_values_that_do_not_fit_come_at_once()
    {
        var reading = JobReader.Parse(JobText.TenLines, "job.yaml", ["model.kvHeads=3", "train.globalBatch=6", "parallel.tensor=3"], toTrain: false);
        Assert.Equal(["model.kvHeads", "parallel.tensor", "parallel.tensor", "train.globalBatch"], reading.Mistakes.Select(mistake => mistake.Message.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.All(reading.Mistakes, mistake => Assert.Equal(ErrorCode.DoesNotFit, mistake.Code));
    }

    [Fact]
    public void A_mistake_shows_its_line_and_marks_the_value()
    {
        string[] shown = JobText.Mistake(JobText.TenLines.Replace("steps: 50", "steps: fifty # about", StringComparison.Ordinal)).ToString().Split(Environment.NewLine);
        Assert.Equal(
            ["job.yaml:9:10: error COL1003: train.steps is 'fifty'; it must be a whole number", "      steps: fifty # about", "             ^^^^^"],
            shown);
    }

    [Fact]
    public void A_mark_stands_under_its_value_behind_tabs()
    {
        var mistake = new Diagnostic("f", 1, 3, "COL1003", "no", "\t\tx", 1);
        Assert.Equal("    \t\t^", mistake.ToString().Split(Environment.NewLine)[2]);
    }

    [Theory]
    [InlineData("model.hiden=3", "model.hiden is not a key; did you mean model.hidden?")]
    [InlineData("train.optimizer.warmpu=3", "train.optimizer.warmpu is not a key; did you mean train.optimizer.warmup?")]
    [InlineData("checkpoint.frequency=3", "checkpoint.frequency is not a key; known are every, keep")]
    public void An_unknown_key_comes_with_the_one_that_was_meant(string setting, string message)
    {
        var mistake = JobText.Mistake(JobText.TenLines, setting);
        Assert.Equal((ErrorCode.UnknownKey, message), (mistake.Code, mistake.Message));
    }

    [Theory]
    [InlineData("train.steps=1.5", "a whole number")]
    [InlineData("train.steps=[1]", "a whole number")]
    [InlineData("train.optimizer.clip=no", "a number")]
    [InlineData("train.optimizer.clip=NaN", "a number")]
    [InlineData("resilience.heartbeat=2 weeks", "a time")]
    [InlineData("resilience.heartbeat=NaN", "a time")]
    [InlineData("resilience.heartbeat=5sm", "a time")]
    [InlineData("train={steps: {a: 1}}", "a whole number")]
    [InlineData("model.experts=8", "a section of keys")]
    [InlineData("data.field=[a]", "one text")]
    [InlineData("data.source={a: b}", "a text or a list of texts")]
    public void A_value_of_the_wrong_type_is_told_the_right_one(string setting, string kind)
    {
        var mistake = JobText.Mistake(JobText.TenLines, setting);
        Assert.Equal(ErrorCode.WrongType, mistake.Code);
        Assert.Contains(kind, mistake.Message);
    }

    [Theory]
    [InlineData("train.steps=0", "train.steps is 0; it must be at least 1")]
    [InlineData("train.steps=3000000000", "train.steps is 3000000000; it must be from 1 to 2147483647")]
    [InlineData("parallel.zero=4", "parallel.zero is 4; it must be from 0 to 3")]
    [InlineData("data.holdout=0.6", "data.holdout is 0.6; it must be from 0 to 0.5")]
    [InlineData("train.optimizer.learningRate=0", "train.optimizer.learningRate is 0; it must be from 1E-12 to 10")]
    [InlineData("resilience.heartbeat=1ms", "resilience.heartbeat is 1ms; it must be from 0.01 to 1000000000")]
    [InlineData("model.tiedHead=yes", "model.tiedHead is yes; use true or false")]
    [InlineData("parallel.schedule=2f2b", "parallel.schedule is 2f2b; use 1f1b, gpipe, interleaved or zero-bubble")]
    [InlineData("data.tokenizer=words", "data.tokenizer is 'words'; use bytes, cl100k, o200k or gpt2:FOLDER")]
    [InlineData("name=a b", "name is 'a b'; it names a folder: letters, digits, '-', '_' and '.'")]
    [InlineData("train.optimizer.name=sgd", "train.optimizer.name is 'sgd'; use adamw")]
    public void A_value_out_of_range_is_told_the_range(string setting, string message)
    {
        var mistake = JobText.Mistake(JobText.TenLines, setting);
        Assert.Equal(ErrorCode.NotAllowed, mistake.Code);
        Assert.StartsWith(message, mistake.Message);
    }

    [Fact]
    public void A_model_without_its_sizes_is_told_all_that_it_lacks()
    {
        var mistakes = JobReader.Parse("train: { steps: 3 }", "job.yaml", [], toTrain: true).Mistakes;
        Assert.All(mistakes, mistake => Assert.Equal(ErrorCode.Missing, mistake.Code));
        Assert.Equal(["model.heads", "model.hidden", "model.layers"], mistakes.Select(mistake => mistake.Message.Split(' ')[0]).Order(StringComparer.Ordinal));
    }
}
