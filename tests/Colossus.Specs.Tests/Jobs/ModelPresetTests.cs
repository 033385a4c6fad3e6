using Colossus.Specs.Jobs;

namespace Colossus.Specs.Tests.Jobs;

public sealed class ModelPresetTests
{
    public static TheoryData<string> Names() => [.. ModelPresets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_preset_is_a_sound_model_with_a_source(string name)
    {
        Assert.Equal(ModelPresets.Find(name)!.Model, Read.Job($"model: {{ preset: {name} }}").Model);
        Assert.Equal(ModelPresets.Find(name)!.Model, Read.Job(JobWriter.Write(Read.Job($"model: {{ preset: {name} }}"))).Model);
        Assert.NotEmpty(ModelPresets.Find(name)!.Source);
    }

    // Parameters as their authors state them, within what rounding, norms and a note on the model explain.
    [Theory]
    [InlineData("grok-1", 314, 0.01)]
    [InlineData("llama3-8b", 8.03, 0.01)]
    [InlineData("llama3-70b", 70.6, 0.01)]
    [InlineData("llama3-405b", 405.9, 0.01)]
    [InlineData("llama3.1-8b", 8.03, 0.01)]
    [InlineData("llama3.1-70b", 70.6, 0.01)]
    [InlineData("llama3.1-405b", 405.9, 0.01)]
    [InlineData("gpt3-175b", 174.6, 0.01)]
    [InlineData("nemotron4-15b", 15.6, 0.01)]
    [InlineData("nemotron4-340b", 341, 0.01)]
    [InlineData("mixtral-8x7b", 46.7, 0.01)]
    [InlineData("mixtral-8x22b", 140.6, 0.01)]
    [InlineData("qwen3-30b-a3b", 30.5, 0.01)]
    [InlineData("qwen3-235b-a22b", 235, 0.01)]
    [InlineData("gpt-oss-120b", 116.8, 0.01)]
    [InlineData("deepseek-v3", 671, 0.08)]
    public void A_preset_has_the_parameters_that_its_authors_state(string name, double billions, double tolerance) =>
        Assert.InRange(Parameters(ModelPresets.Find(name)!.Model) / 1e9 / billions, 1 - tolerance, 1 + tolerance);

    [Fact]
    public void Grok_1_is_as_published()
    {
        var model = Read.Job("model: { preset: grok-1 }").Model;
        var sizes = new ModelSpec(64, 6144, 48, 8, 128, 32_768, Activation.GeGlu, 131_072, 8192, TiedHead: true, Experts: new ExpertsSpec(8, 2, 0, 32_768) { Renormalize = false });
        Assert.Equal(sizes with { PostNorm = true, ScoreCap = 30, EmbeddingScale = 78.38367176906169, LogitScale = 0.5773502691896257 }, model);
    }

    [Fact]
    public void Presets_are_more_than_their_sizes()
    {
        static ModelSpec Of(string preset) => Read.Job($"model: {{ preset: {preset} }}").Model;
        Assert.Equal(Of("llama3-8b") with { Sequence = 131_072, RopeScaling = new RopeScaling(8, 1, 4, 8192) }, Of("llama3.1-8b"));
        Assert.Equal((NormKind.LayerNorm, PositionKind.Learned, true), (Of("gpt3-175b").Norm, Of("gpt3-175b").Positions, Of("gpt3-175b").Biases));
        Assert.Equal((NormKind.LayerNorm, 96, false), (Of("nemotron4-340b").Norm, Of("nemotron4-340b").RotaryWidth, Of("nemotron4-340b").Biases));
        Assert.True(Of("qwen3-30b-a3b").QueryKeyNorm);
        Assert.Equal(new LatentAttention(1536, 512, 64, 128, 128), Of("deepseek-v3").Latent);
        Assert.Equal((192, 128, 64), (Of("deepseek-v3").ScoreWidth, Of("deepseek-v3").ValueWidth, Of("deepseek-v3").RotaryWidth));
        var deepSeek = new ExpertsSpec(256, 8, 1, 2048) { Router = RouterKind.Sigmoid, Scale = 2.5, Groups = 8, ActiveGroups = 4, DenseLayers = 3, BiasRate = 0.001, BalanceLoss = 0.0001, ZLoss = 0 };
        Assert.Equal(deepSeek, Of("deepseek-v3").Experts);
    }

    [Fact]
    public void Keys_of_the_architecture_beside_a_preset_override_it()
    {
        var model = Read.Job("model: { preset: grok-1, scoreCap: 0, postNorm: false, embeddingScale: 2 }").Model;
        Assert.Equal(ModelPresets.Find("grok-1")!.Model with { ScoreCap = 0, PostNorm = false, EmbeddingScale = 2 }, model);
        Assert.Null(Read.Job("model: { preset: llama3.1-8b, ropeScaling: }").Model.RopeScaling);
        Assert.Equal(new RopeScaling(32, 1, 4, 8192), Read.Job("model: { preset: llama3.1-8b, ropeScaling: { factor: 32 } }").Model.RopeScaling);
    }

    [Fact]
    public void Keys_of_latent_attention_beside_a_preset_override_it()
    {
        static LatentAttention? Of(string model) => Read.Job($"model: {{ {model} }}").Model.Latent;
        Assert.Equal(new LatentAttention(0, 32, 16, 24, 128), Of("preset: deepseek-v3, latent: { queryRank: 0, keyValueRank: 32, rotaryWidth: 16, plainWidth: 24 }"));
        Assert.Equal(new LatentAttention(0, 32, 16, 24, 24), Of("layers: 1, hidden: 64, heads: 4, latent: { keyValueRank: 32, rotaryWidth: 16, plainWidth: 24 }"));
        Assert.Null(Of("preset: deepseek-v3, latent:"));
        Assert.Equal((4, 4), (Shrunk().Heads, Shrunk().KvHeads));
        static ModelSpec Shrunk() => Read.Job("model: { preset: deepseek-v3 }", "model.hidden=256", "model.heads=4").Model;
    }

    [Fact]
    public void Keys_beside_a_preset_override_it()
    {
        var model = Read.Job("model: { preset: grok-1, layers: 2, sequence: 1024, experts: { count: 4 } }").Model;
        Assert.Equal(ModelPresets.Find("grok-1")!.Model with { Layers = 2, Sequence = 1024, Experts = new ExpertsSpec(4, 2, 0, 32_768) { Renormalize = false } }, model);
    }

    [Fact]
    public void Another_width_of_the_feed_forward_part_holds_for_experts_too() =>
        Assert.Equal(1024, Read.Job("model: { preset: grok-1, ffn: 1024 }").Model.Experts!.Ffn);

    [Fact]
    public void A_preset_cut_to_few_layers_keeps_one_with_experts() =>
        Assert.Equal(1, Read.Job("model: { preset: deepseek-v3, layers: 2 }").Model.Experts!.DenseLayers);

    [Fact]
    public void Empty_experts_make_a_preset_dense() => Assert.Null(Read.Job("model: { preset: grok-1, experts: }").Model.Experts);

    [Fact]
    public void An_unknown_preset_is_one_mistake_with_a_suggestion() =>
        Assert.StartsWith("job.yaml:1:18: error COL1004: model.preset is 'grok1'; did you mean grok-1? there are grok-1, llama3-8b,", Read.Mistake("model: { preset: grok1 }\nparallel: { tensor: 7 }"));

    private static double Parameters(ModelSpec model)
    {
        double attention = model.Latent is { } latent
            ? ((double)latent.QueryRank * (model.Hidden + (model.Heads * model.ScoreWidth)))
                + ((double)model.Hidden * (latent.KeyValueRank + latent.RotaryWidth))
                + ((double)model.Heads * ((latent.KeyValueRank * (latent.PlainWidth + latent.ValueWidth)) + (latent.ValueWidth * model.Hidden)))
            : (2.0 * model.Hidden * model.Heads * model.HeadWidth) + (2.0 * model.Hidden * model.KvHeads * model.HeadWidth);
        int matrices = model.Activation is Activation.SwiGlu or Activation.GeGlu ? 3 : 2;
        double part = model.Experts is { } experts
            ? ((double)matrices * model.Hidden * experts.Ffn * (experts.Count + experts.Shared)) + ((double)model.Hidden * experts.Count)
            : (double)matrices * model.Hidden * model.Ffn;
        return (model.Layers * (attention + part)) + ((model.TiedHead ? 1.0 : 2.0) * model.Vocab * model.Hidden);
    }
}
