namespace Colossus.Specs.Tests.Jobs;

public sealed class JobRulesTests
{
    // 32 heads, 24 layers: what each case below adds is the one thing that does not fit.
    private const string sound = "layers: 24, hidden: 4096, heads: 32";

    [Theory]
    [InlineData("vocab: 258, ffn: 300", "tensor: 3, sequenceParallel: false", "", "parallel.tensor is 3, but model.heads (32) is not divisible by it; use 1, 2, 4, 8, 16 or 32")]
    [InlineData("kvHeads: 8, vocab: 288", "tensor: 32, sequenceParallel: false", "", null)]
    [InlineData("kvHeads: 4, heads: 12, headWidth: 64, ffn: 72, vocab: 288", "tensor: 6, sequenceParallel: false", "", "parallel.tensor is 6, but model.kvHeads (4) is not divisible by it; use 1, 2 or 4")]
    [InlineData("ffn: 1001", "tensor: 2", "", "parallel.tensor is 2, but model.ffn (1001) is not divisible by it; use 1, 7, 11, 13, 77, 91, 143 or 1001")]
    [InlineData("vocab: 257", "tensor: 2", "", null)]
    [InlineData("sequence: 6", "tensor: 4", "", "parallel.tensor is 4, but model.sequence (6) is not divisible by it, which parallel.sequenceParallel needs; use 1, 2, 3 or 6, or sequenceParallel: false")]
    [InlineData("experts: { count: 4, active: 2 }", "tensor: 2, sequenceParallel: false", "", "parallel.sequenceParallel is false, but the model has experts and parallel.tensor is 2; use true, or a parallel.tensor of 1")]
    [InlineData("sequence: 6", "context: 4", "", "parallel.context is 4, but model.sequence (6) is not divisible by 2 · context; use 1 or 3")]
    [InlineData("", "pipeline: 27", "", "parallel.pipeline · parallel.virtualStages (27 · 1 = 27) is more than the 24 layers, embedding and head; use a product of 26 or less")]
    [InlineData("", "pipeline: 13, virtualStages: 2", "", null)]
    [InlineData("", "virtualStages: 2", "", "parallel.virtualStages is 2, but there is no pipeline; use 1, or a parallel.pipeline of 2 or more")]
    [InlineData("", "pipeline: 2, virtualStages: 2, schedule: 1f1b", "", "parallel.schedule is 1f1b, but parallel.virtualStages is 2; use interleaved, or 1 virtual stage")]
    [InlineData("", "pipeline: 2, zero: 3", "", null)]
    [InlineData("", "expert: 2, data: 2", "", "parallel.expert is 2, but the model has no experts; use 1")]
    [InlineData("experts: { count: 8, active: 9 }", "", "", "model.experts.active is 9, more than the 8 experts there are; use 1 to 8")]
    [InlineData("experts: { count: 8, active: 2, denseLayers: 24 }", "", "", "model.experts.denseLayers is 24, so that none of the 24 layers has experts; use 0 to 23, or leave model.experts empty")]
    [InlineData("experts: { count: 8, active: 2, groups: 3 }", "", "", "model.experts.groups is 3, but model.experts.count (8) is not divisible by it; use 1, 2, 4 or 8")]
    [InlineData("experts: { count: 8, active: 2, groups: 4, activeGroups: 5 }", "", "", "model.experts.activeGroups is 5, more than the 4 groups there are; use 1 to 4")]
    [InlineData("experts: { count: 8, active: 5, groups: 4, activeGroups: 2 }", "", "", "model.experts.active is 5, more than the 4 experts of 2 of 4 groups; use activeGroups 3 to 4")]
    [InlineData("experts: { count: 8, active: 4, groups: 4, activeGroups: 2 }", "", "", null)]
    [InlineData("experts: { count: 6, active: 2 }", "expert: 4, data: 4", "", "parallel.expert is 4, but model.experts.count (6) is not divisible by it; use 1, 2, 3 or 6")]
    [InlineData("experts: { count: 8, active: 2 }", "expert: 4, data: 2", "", "parallel.expert is 4, but parallel.data · context · tensor (2) is not divisible by it; use 1 or 2")]
    [InlineData("experts: { count: 8, active: 2 }", "expert: 4, data: 2, context: 2", "", null)]
    [InlineData("kvHeads: 5", "", "", "model.kvHeads is 5, but model.heads (32) is not divisible by it; use 1, 2, 4, 8, 16 or 32")]
    [InlineData("headWidth: 5", "", "", "a head is 5 wide, but rotary positions turn pairs; use 4 or 6")]
    [InlineData("headWidth: 5, positions: learned", "", "", null)]
    [InlineData("rotaryShare: 0.5", "", "", null)]
    [InlineData("rotaryShare: 0.3", "", "", "model.rotaryShare is 0.3, which is 38.4 of the 128 elements of a head, but rotary positions turn pairs; use 1, or a share that is an even number of elements, such as 0.5")]
    [InlineData("headWidth: 6, rotaryShare: 0.5", "", "", "model.rotaryShare is 0.5, which is 3 of the 6 elements of a head, but rotary positions turn pairs; use 1, or a share that is an even number of elements, such as 0.3333333333333333")]
    [InlineData("rotaryShare: 0", "", "", "model.rotaryShare is 0, which is 0 of the 128 elements of a head, but rotary positions turn pairs; use 1, or a share that is an even number of elements, such as 0.5")]
    [InlineData("headWidth: 6, rotaryShare: 0.3333333333333333", "", "", null)]
    [InlineData("rotaryShare: 0.3, positions: learned", "", "", null)]
    [InlineData("scoreCap: 1e-9", "", "", "model.scoreCap is 1E-09, so low that scores cannot differ; use 0 for none, or 0.001 or more")]
    [InlineData("ropeScaling: { factor: 8, lowFrequency: 4, originalSequence: 8192 }", "", "", "model.ropeScaling.lowFrequency is 4, not below highFrequency (4); use 1 and 4, as Llama 3.1 does")]
    [InlineData("ropeScaling: { kind: yarn, factor: 8, lowFrequency: 32, originalSequence: 8192 }", "", "", "model.ropeScaling.lowFrequency is 32, not below highFrequency (32); use 1 and 32, as YaRN does")]
    [InlineData("ropeScaling: { kind: yarn, factor: 8, originalSequence: 8192 }, ropeBase: 1", "", "", "model.ropeBase is 1, with which all pairs turn alike, but ropeScaling of kind yarn tells slow ones from quick ones; use more than 1, such as 10000")]
    [InlineData("ropeScaling: { factor: 8, originalSequence: 8192 }, ropeBase: 1", "", "", null)]
    [InlineData("headWidth: 5, latent: { keyValueRank: 64, rotaryWidth: 32, plainWidth: 65 }", "", "", null)]
    [InlineData("kvHeads: 8, latent: { keyValueRank: 64, rotaryWidth: 32, plainWidth: 64 }", "", "", "model.kvHeads is 8, but latent attention has keys and values for each of the 32 heads; use 32, or leave model.latent empty")]
    [InlineData("positions: learned, latent: { keyValueRank: 64, rotaryWidth: 32, plainWidth: 64 }", "", "", "model.positions is learned, but latent attention has a rotary part in each head; use rotary, or leave model.latent empty")]
    [InlineData("queryKeyNorm: true, latent: { keyValueRank: 64, rotaryWidth: 32, plainWidth: 64 }", "", "", "model.queryKeyNorm is true, but latent attention normalizes its narrow layers instead; use false, or leave model.latent empty")]
    [InlineData("latent: { keyValueRank: 64, rotaryWidth: 33, plainWidth: 64 }", "", "", "model.latent.rotaryWidth is 33, but rotary positions turn pairs; use 32 or 34")]
    [InlineData("latent: { keyValueRank: 64, rotaryWidth: 1, plainWidth: 64 }", "", "", "model.latent.rotaryWidth is 1, but rotary positions turn pairs; use 2")]
    [InlineData("", "data: 2", "globalBatch: 30, microBatch: 4", "train.globalBatch is 30, but parallel.data · train.microBatch (2 · 4 = 8) does not divide it; use 24 or 32, or a train.microBatch of 1, 3, 5 or 15")]
    [InlineData("", "data: 8", "globalBatch: 4, microBatch: 1", "train.globalBatch is 4, but parallel.data · train.microBatch (8 · 1 = 8) does not divide it; use 8")]
    [InlineData("", "", "steps: 10, optimizer: { warmup: 11 }", "train.optimizer.warmup is 11, longer than train.steps (10); use 0 to 10")]
    [InlineData("", "data: 10000000, tensor: 2", "globalBatch: 10000000, microBatch: 1", "parallel.data · tensor · pipeline · context is more than 10000000 ranks; use fewer")]
    public void Values_that_do_not_fit_are_named_with_those_that_do(string model, string parallel, string train, string? message)
    {
        string comma = model.Length > 0 ? ", " : "";
        string sizes = model.Contains("heads: 12", StringComparison.Ordinal) ? sound.Replace(", heads: 32", "", StringComparison.Ordinal) : sound;
        var mistakes = Read.Mistakes($"model: {{ {sizes}{comma}{model} }}\nparallel: {{ {parallel} }}\ntrain: {{ {train} }}").Select(mistake => mistake.Headline[(mistake.Headline.IndexOf("COL", StringComparison.Ordinal) + 9)..]);
        Assert.Equal(message is null ? [] : [message], mistakes);
    }

    [Fact]
    public void A_preset_with_another_width_must_fit_its_heads() =>
        Assert.StartsWith("job.yaml:1:18: error COL1006: model.heads is 48, but model.hidden (100) is not divisible by it", Read.Mistake("model: { preset: grok-1, hidden: 100 }"));

    [Theory]
    [InlineData("parallel.data=65536", "train.microBatch=65536", "train.globalBatch=1")]
    [InlineData("parallel.data=2000000000", "parallel.context=2000000000", "parallel.expert=7")]
    [InlineData("parallel.data=10000000", "parallel.context=10000000", "parallel.pipeline=10000000")]
    [InlineData("parallel.pipeline=65536", "parallel.virtualStages=65536", "train.seed=1")]
    [InlineData("model.hidden=16777216", "model.heads=1", "parallel.tensor=7")]
    [InlineData("train.globalBatch=2147483647", "train.microBatch=2147483647", "parallel.data=10000000")]
    public void Absurd_numbers_are_mistakes_and_no_exceptions(params string[] settings) => Assert.NotEmpty(Read.Mistakes(Read.Minimal, settings));

    [Fact]
    public void Hidden_need_not_be_divisible_by_heads_when_the_width_of_a_head_is_given() =>
        Assert.Equal(64, Read.Job("model: { layers: 1, hidden: 100, heads: 3, headWidth: 64 }").Model.HeadWidth);

    [Fact]
    public void Odd_heads_of_even_parts_are_refused_where_they_stand() =>
        Assert.StartsWith("job.yaml:1:41: error COL1006: a head is 5 wide", Read.Mistake("model: { layers: 1, hidden: 20, heads:  4 }"));
}
