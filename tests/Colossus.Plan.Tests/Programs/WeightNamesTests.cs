using Colossus.Plan.Parameters;
using Colossus.Specs.Jobs;

namespace Colossus.Plan.Tests.Programs;

public sealed class WeightNamesTests
{
    private static readonly string[] gpt =
    [
        "transformer.wte.weight", "transformer.wpe.weight",
        "transformer.h.0.ln_1.weight", "transformer.h.0.ln_1.bias",
        "transformer.h.0.attn.attention.q_proj.weight", "transformer.h.0.attn.attention.k_proj.weight", "transformer.h.0.attn.attention.v_proj.weight",
        "transformer.h.0.attn.attention.q_proj.bias", "transformer.h.0.attn.attention.k_proj.bias", "transformer.h.0.attn.attention.v_proj.bias",
        "transformer.h.0.attn.attention.out_proj.weight", "transformer.h.0.attn.attention.out_proj.bias",
        "transformer.h.0.ln_2.weight", "transformer.h.0.ln_2.bias",
        "transformer.h.0.mlp.c_fc.weight", "transformer.h.0.mlp.c_fc.bias", "transformer.h.0.mlp.c_proj.weight", "transformer.h.0.mlp.c_proj.bias",
        "transformer.ln_f.weight", "transformer.ln_f.bias",
    ];

    private static readonly string[] grok =
    [
        "model.embed_tokens.weight",
        "model.layers.0.pre_attn_norm.scale",
        "model.layers.0.attn.q_proj.weight", "model.layers.0.attn.k_proj.weight", "model.layers.0.attn.v_proj.weight", "model.layers.0.attn.o_proj.weight",
        "model.layers.0.post_attn_norm.scale", "model.layers.0.pre_moe_norm.scale",
        "model.layers.0.mlp.gate_proj.weight", "model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.down_proj.weight",
        "model.layers.0.post_moe_norm.scale",
        "model.norm.scale",
    ];

    private static readonly string[] qwen =
    [
        "model.embed_tokens.weight",
        "model.layers.0.input_layernorm.weight",
        "model.layers.0.self_attn.q_proj.weight", "model.layers.0.self_attn.k_proj.weight", "model.layers.0.self_attn.v_proj.weight",
        "model.layers.0.self_attn.q_norm.weight", "model.layers.0.self_attn.k_norm.weight", "model.layers.0.self_attn.o_proj.weight",
        "model.layers.0.post_attention_layernorm.weight",
        "model.layers.0.mlp.gate_proj.weight", "model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.down_proj.weight",
        "model.norm.weight", "lm_head.weight",
    ];

    private static readonly string[] deepSeek =
    [
        "model.embed_tokens.weight",
        "model.layers.0.input_layernorm.weight",
        "model.layers.0.self_attn.q_a_proj.weight", "model.layers.0.self_attn.kv_a_proj_with_mqa.weight",
        "model.layers.0.self_attn.q_a_layernorm.weight", "model.layers.0.self_attn.q_b_proj.weight",
        "model.layers.0.self_attn.kv_a_layernorm.weight", "model.layers.0.self_attn.kv_b_proj.weight", "model.layers.0.self_attn.o_proj.weight",
        "model.layers.0.post_attention_layernorm.weight",
        "model.layers.0.mlp.gate_proj.weight", "model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.down_proj.weight",
        "model.norm.weight", "lm_head.weight",
    ];

    private static readonly string[] grokExperts = ["moe_block.gate.weight", "moe_block.experts.1.linear.weight", "moe_block.experts.1.linear_v.weight", "moe_block.experts.1.linear_1.weight"];

    private static readonly string[] mixtralExperts =
        ["block_sparse_moe.gate.weight", "block_sparse_moe.experts.1.w1.weight", "block_sparse_moe.experts.1.w3.weight", "block_sparse_moe.experts.1.w2.weight"];

    private static readonly string[] qwenExperts = ["mlp.gate.weight", "mlp.experts.1.gate_proj.weight", "mlp.experts.1.up_proj.weight", "mlp.experts.1.down_proj.weight"];

    private static readonly string[] deepSeekExperts =
    [
        "mlp.shared_experts.gate_proj.weight", "mlp.shared_experts.up_proj.weight", "mlp.shared_experts.down_proj.weight",
        "mlp.gate.weight", "mlp.gate.e_score_correction_bias", "mlp.experts.1.gate_proj.weight", "mlp.experts.1.up_proj.weight", "mlp.experts.1.down_proj.weight",
    ];

    public static TheoryData<string, string[]> Mixtures => new()
    {
        { "grok-1", grokExperts }, { "mixtral-8x7b", mixtralExperts }, { "qwen3-30b-a3b", qwenExperts }, { "deepseek-v3", deepSeekExperts },
    };

    public static TheoryData<string, string[]> Presets => new() { { "gpt3-175b", gpt }, { "grok-1", grok }, { "qwen3-30b-a3b", qwen }, { "deepseek-v3", deepSeek } };

    [Theory]
    [MemberData(nameof(Presets))]
    public void Weights_have_the_names_of_their_architectures_implementation(string preset, string[] names)
    {
        var model = ModelPresets.Find(preset)!.Model with { Layers = 1, Experts = null };
        Assert.Equal(names, ParameterTable.For(model).Parameters.Select(parameter => parameter.Name));
    }

    [Theory]
    [MemberData(nameof(Mixtures))]
    public void Experts_have_the_names_of_their_architectures_implementation_and_a_bucket_of_their_own(string preset, string[] names)
    {
        var published = ModelPresets.Find(preset)!.Model;
        var model = published with { Layers = 2, Experts = published.Experts! with { DenseLayers = 1 } };
        var ofSecondLayer = ParameterTable.For(model).Parameters.Where(parameter => parameter.Bucket is 2 or 3).ToList();
        Assert.Equal(
            names.Select(name => "model.layers.1." + name),
            ofSecondLayer.Where(parameter => !parameter.Name.Contains("attn", StringComparison.Ordinal) && !parameter.Name.Contains("norm", StringComparison.Ordinal) && parameter.Weight.Expert is null or 1).Select(parameter => parameter.Name));
        Assert.All(ofSecondLayer, parameter => Assert.Equal(parameter.Name.Contains(".experts.", StringComparison.Ordinal) ? 3 : 2, parameter.Bucket));
        Assert.All(ofSecondLayer, parameter => Assert.Equal(parameter.Weight.Expert is { } expert, parameter.Name.Contains($".experts.{parameter.Weight.Expert}.", StringComparison.Ordinal)));
    }
}
