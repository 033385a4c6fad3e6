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

    public static TheoryData<string, string[]> Presets => new() { { "gpt3-175b", gpt }, { "grok-1", grok }, { "qwen3-30b-a3b", qwen } };

    [Theory]
    [MemberData(nameof(Presets))]
    public void Weights_have_the_names_of_their_architectures_implementation(string preset, string[] names)
    {
        var model = ModelPresets.Find(preset)!.Model with { Layers = 1, Experts = null };
        Assert.Equal(names, ParameterTable.For(model).Parameters.Select(parameter => parameter.Name));
    }
}
