using Colossus.Specs.Diagnostics;
using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests;

public sealed class JobRulesTests
{
    [Theory]
    [InlineData("model.heads=5", "model.hidden (96) is not divisible by model.heads (5); use 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48 or 96 heads")]
    [InlineData("model.headWidth=23", "a head is 23 wide; rotary positions turn pairs, so the width (hidden / heads) must be even")]
    [InlineData("model.kvHeads=3", "model.kvHeads is 3, but model.heads (4) is not divisible by it; use 1, 2 or 4")]
    [InlineData("train.globalBatch=6", "train.globalBatch is 6, but parallel.data · train.microBatch (1 · 4 = 4) does not divide it; use 4 or 8")]
    [InlineData("train.globalBatch=3", "train.globalBatch is 3, but parallel.data · train.microBatch (1 · 4 = 4) does not divide it; use 4")]
    [InlineData("parallel.tensor=8", "parallel.tensor is 8, but model.heads (4) is not divisible by it; use 1, 2 or 4")]
    [InlineData("parallel.context=3", "parallel.context is 3, but model.sequence (256) is not divisible by it; use 1, 2, 4, 8, 16, 32, 64, 128 or 256")]
    [InlineData("parallel.expert=2", "parallel.expert is 2, but parallel.data · parallel.context (1) is not divisible by it; use 1")]
    [InlineData("parallel.pipeline=5", "parallel.pipeline · parallel.virtualStages is 5, more than the 4 layers")]
    [InlineData("train.optimizer.warmup=51", "train.optimizer.warmup (51) is longer than train.steps (50)")]
    [InlineData("model.experts={count: 2, active: 3}", "model.experts.active is 3, more than the 2 experts there are")]
    public void Values_that_do_not_fit_are_told_those_that_do(string setting, string message)
    {
        var mistake = JobText.Mistake(JobText.TenLines, setting);
        Assert.Equal((ErrorCode.DoesNotFit, message), (mistake.Code, mistake.Message));
    }

    [Fact]
    public void A_preset_with_another_width_must_fit_its_heads()
    {
        var mistake = JobText.Mistake("model: { preset: grok-1, hidden: 100 }");
        Assert.StartsWith("model.hidden (100) is not divisible by model.heads (48)", mistake.Message);
    }

    [Fact]
    public void A_head_of_a_width_of_its_own_need_not_divide_the_model() =>
        Assert.Equal(64, JobText.Job(JobText.TenLines, "model.headWidth=64").Model.HeadWidth);

    [Theory]
    [InlineData("parallel.tensor=2", "parallel.tensor is 2")]
    [InlineData("parallel.pipeline=2", "parallel.pipeline is 2")]
    [InlineData("parallel.context=2", "parallel.context is 2")]
    [InlineData("parallel.zero=2", "parallel.zero is 2")]
    [InlineData("parallel.recompute=full", "parallel.recompute")]
    [InlineData("model.experts={count: 4, active: 1}", "model.experts")]
    [InlineData("train.precision=fp8", "train.precision fp8")]
    [InlineData("workload={command: [python3, train.py]}", "workload")]
    [InlineData("data.exclude=[x]", "data.exclude")]
    public void What_can_only_be_priced_is_refused_for_training(string setting, string start)
    {
        var mistake = JobText.TrainingMistake(setting);
        Assert.Equal(ErrorCode.NotTrainable, mistake.Code);
        Assert.StartsWith(start, mistake.Message);
    }

    [Fact]
    public void A_vocabulary_must_hold_all_ids_of_the_tokenizer()
    {
        var mistake = JobText.TrainingMistake("data.tokenizer=cl100k", "model.vocab=1000");
        Assert.Equal((ErrorCode.DoesNotFit, "model.vocab is 1000, but tokenizer cl100k has 100277 ids; use 100277 or more"), (mistake.Code, mistake.Message));
    }

    [Theory]
    [InlineData("parallel.data=65536", "train.microBatch=65536")]
    [InlineData("parallel.data=2000000000", "parallel.context=2000000000", "parallel.expert=7")]
    [InlineData("parallel.pipeline=65536", "parallel.virtualStages=65536")]
    [InlineData("model.hidden=2000000000", "model.heads=1", "parallel.tensor=7")]
    public void Absurd_numbers_are_mistakes_and_no_exceptions(params string[] settings)
    {
        var reading = JobReader.Parse(JobText.TenLines, "job.yaml", settings, toTrain: true);
        Assert.Null(reading.Job);
        Assert.NotEmpty(reading.Mistakes);
    }
}
