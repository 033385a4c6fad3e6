using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests.Jobs;

public sealed class TrainableCheckTests
{
    [Theory]
    [InlineData("train: { globalBatch: 4000 }\nparallel: { data: 1000 }", "3:19", "parallel.data · tensor · context · pipeline (1000 · 1 · 1 · 1) are more processes than one machine should start; use a product of 256 or less; 'colossus estimate' prices it")]
    [InlineData("train: { precision: fp8 }", "2:21", "train.precision is fp8, which is priced, not trained; use bf16, autocast or fp32")]
    [InlineData("data: { exclude: [ { region: EU } ] }", "2:9", "rules of exclusion cannot be applied yet; remove the documents from data.source, and the key")]
    [InlineData("data: { tokenizer: gpt2 }", "2:20", "gpt2 needs its two files; download vocab.json and merges.txt of GPT-2 and write gpt2:FOLDER, or use bytes, cl100k or o200k")]
    [InlineData("workload: { command: [a] }", "2:1", "other programs cannot be run yet; remove the section")]
    [InlineData("resilience: { snapshotEvery: 2 }", "2:30", "resilience.snapshotEvery is 2, but memory keeps every step; use 1")]
    [InlineData("resilience: { spares: 300 }", "2:23", "resilience.spares is 300, more processes than one machine should start; use 0 to 256")]
    public void What_cannot_be_trained_yet_is_priced_but_refused(string addition, string place, string message)
    {
        string text = Read.Minimal + addition;
        Read.Job(text);
        var refused = JobReader.Parse(text, "job.yaml", [], toTrain: true);
        Assert.Null(refused.Job);
        Assert.Equal($"job.yaml:{place}: error COL1007: {message}", Assert.Single(refused.Mistakes).Headline);
    }

    [Fact]
    public void Experts_are_trained_by_ranks_that_share_them()
    {
        const string Text = "model: { layers: 2, hidden: 128, heads: 4, experts: { count: 4, active: 1 } }\nparallel: { data: 2, expert: 2 }";
        Assert.Empty(JobReader.Parse(Text, "job.yaml", [], toTrain: true).Mistakes);
    }

    [Fact]
    public void A_vocabulary_smaller_than_the_tokenizers_is_refused_where_it_comes_from()
    {
        const string Text = "model: { preset: llama3-8b }\ndata: { tokenizer: o200k }";
        Read.Job(Text);
        Assert.Equal("job.yaml:1:18: error COL1006: model.vocab is 128256, but tokenizer o200k has 200019 ids; use 200019 or more", Assert.Single(JobReader.Parse(Text, "job.yaml", [], true).Mistakes).Headline);
    }

    [Theory]
    [InlineData("data: 2, zero: 0")]
    [InlineData("data: 2, zero: 3, pipeline: 2, recompute: full")]
    [InlineData("pipeline: 2, virtualStages: 2")]
    [InlineData("pipeline: 4, schedule: zero-bubble")]
    [InlineData("tensor: 2, sequenceParallel: false, zero: 3")]
    [InlineData("tensor: 4, context: 2, pipeline: 2")]
    public void A_job_that_can_be_trained_is_not_refused(string parallel)
    {
        var reading = JobReader.Parse($"{Read.Minimal}parallel: {{ {parallel} }}\ncheckpoint: {{ every: auto }}", "job.yaml", [], toTrain: true);
        Assert.Empty(reading.Mistakes);
        Assert.Empty(TrainableCheck.Check(reading.Job!, reading.Places!));
    }

    [Fact]
    public void What_cannot_be_trained_comes_together_with_the_other_mistakes() =>
        Assert.Equal(["COL1004", "COL1007"], JobReader.Parse($"{Read.Minimal}train: {{ steps: 0, precision: fp8 }}", "job.yaml", [], true).Mistakes.Select(mistake => mistake.Code));
}
