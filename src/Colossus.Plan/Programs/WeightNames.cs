using Colossus.Specs.Jobs;

namespace Colossus.Plan.Programs;

/// <summary>
/// What checkpoints call the weights of a model: the names of the architecture's implementation for Hugging Face's transformers, so that readers of that family know them.
/// </summary>
/// <remarks>
/// <para>Llama, Nemotron and Qwen 3 share the names that most decoders have; they are the default.</para>
/// <para>Latent attention has those of DeepSeek-V3 (<c>modeling_deepseek_v3.py</c>) inside attention.</para>
/// <para>With learned positions those of GPT-Neo (<c>modeling_gpt_neo.py</c>), the published decoder after GPT-3: GPT-2's own names belong to fused and transposed matrices, which these are not.</para>
/// <para>With norms behind each part those of grok-1 (<c>modeling_grok1.py</c> of hpcai-tech/grok-1); it has no dense feed-forward part, so that keeps the default names.</para>
/// <para>
/// Experts are called as in Mixtral (<c>modeling_mixtral.py</c>) where all that a layer has are renormalized softmax experts and heads without norms, as in grok-1 with norms behind each part,
/// else as in Qwen 3 and DeepSeek-V3 (<c>modeling_qwen3_moe.py</c>, <c>modeling_deepseek_v3.py</c>).
/// </para>
/// </remarks>
public sealed record WeightNames
{
    private static readonly WeightNames Standard = new();

    private static readonly WeightNames GptNeo = new()
    {
        Embedding = "transformer.wte.weight",
        Positions = "transformer.wpe.weight",
        Layer = "transformer.h.",
        Attention = "attn.attention.",
        AttentionOutput = "out_proj",
        FeedForwardUp = "c_fc",
        FeedForwardDown = "c_proj",
        AttentionNorm = "ln_1",
        FeedForwardNorm = "ln_2",
        FinalNorm = "transformer.ln_f",
    };

    private static readonly WeightNames Grok = new()
    {
        Attention = "attn.",
        AttentionNorm = "pre_attn_norm",
        FeedForwardNorm = "pre_moe_norm",
        Experts = "moe_block.",
        ExpertGate = "linear",
        ExpertUp = "linear_v",
        ExpertDown = "linear_1",
        NormScale = ".scale",
    };

    private static readonly WeightNames Mixtral = new()
    {
        Experts = "block_sparse_moe.",
        ExpertGate = "w1",
        ExpertUp = "w3",
        ExpertDown = "w2",
    };

    private WeightNames()
    {
    }

    /// <summary>The embedding's matrix.</summary>
    public string Embedding { get; private init; } = "model.embed_tokens.weight";

    /// <summary>The table of learned positions.</summary>
    public string Positions { get; private init; } = "model.embed_positions.weight";

    /// <summary>The output head's matrix, where it is not the embedding's.</summary>
    public string Head { get; } = "lm_head.weight";

    /// <summary>The norm before the head, without <see cref="NormScale"/>.</summary>
    public string FinalNorm { get; private init; } = "model.norm";

    /// <summary>What the name of a norm's scale ends with.</summary>
    public string NormScale { get; private init; } = ".weight";

    private string Layer { get; init; } = "model.layers.";

    private string Attention { get; init; } = "self_attn.";

    private string AttentionOutput { get; init; } = "o_proj";

    private string FeedForwardUp { get; init; } = "up_proj";

    private string FeedForwardDown { get; init; } = "down_proj";

    private string AttentionNorm { get; init; } = "input_layernorm";

    private string FeedForwardNorm { get; init; } = "post_attention_layernorm";

    private string Experts { get; init; } = "mlp.";

    private string ExpertGate { get; init; } = "gate_proj";

    private string ExpertUp { get; init; } = "up_proj";

    private string ExpertDown { get; init; } = "down_proj";

    /// <summary>The names of a model's weights.</summary>
    /// <param name="model">The model.</param>
    public static WeightNames Of(ModelSpec model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Positions == PositionKind.Learned ? GptNeo : model.PostNorm ? Grok : IsMixtral(model) ? Mixtral : Standard;
    }

    private static bool IsMixtral(ModelSpec model) =>
        model is { Experts: { Router: RouterKind.Softmax, Renormalize: true, Shared: 0, BiasRate: 0 }, QueryKeyNorm: false };

    /// <summary>The bias that belongs to a matrix.</summary>
    /// <param name="matrix">Its name, which ends with <c>.weight</c>.</param>
    public static string BiasOf(string matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return matrix[..matrix.LastIndexOf('.')] + ".bias";
    }

    /// <summary>The matrix of queries, keys or values.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="letter"><c>q</c>, <c>k</c> or <c>v</c>.</param>
    public string Projection(int layer, char letter) => $"{Layer}{layer}.{Attention}{letter}_proj.weight";

    /// <summary>The scale of the norm of each query or key head.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="letter"><c>q</c> or <c>k</c>.</param>
    public string HeadNorm(int layer, char letter) => $"{Layer}{layer}.{Attention}{letter}_norm.weight";

    /// <summary>Of latent attention, the matrix from the residual stream to the narrow layer of queries.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string CompressQueries(int layer) => $"{Layer}{layer}.{Attention}q_a_proj.weight";

    /// <summary>The norm of the narrow layer of queries, without <see cref="NormScale"/>.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string OfCompressedQueries(int layer) => $"{Layer}{layer}.{Attention}q_a_layernorm";

    /// <summary>The matrix from the narrow layer of queries to those of all heads.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string ExpandQueries(int layer) => $"{Layer}{layer}.{Attention}q_b_proj.weight";

    /// <summary>The matrix from the residual stream to the narrow layer of keys and values, and to the rotary part that all keys share.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string CompressKeysValues(int layer) => $"{Layer}{layer}.{Attention}kv_a_proj_with_mqa.weight";

    /// <summary>The norm of the narrow layer of keys and values, without <see cref="NormScale"/>.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string OfCompressedKeysValues(int layer) => $"{Layer}{layer}.{Attention}kv_a_layernorm";

    /// <summary>The matrix from the narrow layer of keys and values to the plain parts of the keys, and the values, of all heads.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string ExpandKeysValues(int layer) => $"{Layer}{layer}.{Attention}kv_b_proj.weight";

    /// <summary>The matrix behind attention.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string AttentionOut(int layer) => $"{Layer}{layer}.{Attention}{AttentionOutput}.weight";

    /// <summary>The matrix of the gate.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string Gate(int layer) => $"{Layer}{layer}.mlp.gate_proj.weight";

    /// <summary>The first matrix of the feed-forward part.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string Up(int layer) => $"{Layer}{layer}.mlp.{FeedForwardUp}.weight";

    /// <summary>The last matrix of the feed-forward part.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string Down(int layer) => $"{Layer}{layer}.mlp.{FeedForwardDown}.weight";

    /// <summary>The matrix of the router.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string Router(int layer) => $"{Layer}{layer}.{Experts}gate.weight";

    /// <summary>The bias with which experts are chosen.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string RouterBias(int layer) => $"{Layer}{layer}.{Experts}gate.e_score_correction_bias";

    /// <summary>The matrix of an expert's gate.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="expert">Index of the expert.</param>
    public string GateOf(int layer, int expert) => $"{Layer}{layer}.{Experts}experts.{expert}.{ExpertGate}.weight";

    /// <summary>The first matrix of an expert.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="expert">Index of the expert.</param>
    public string UpOf(int layer, int expert) => $"{Layer}{layer}.{Experts}experts.{expert}.{ExpertUp}.weight";

    /// <summary>The last matrix of an expert.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="expert">Index of the expert.</param>
    public string DownOf(int layer, int expert) => $"{Layer}{layer}.{Experts}experts.{expert}.{ExpertDown}.weight";

    /// <summary>A matrix of the experts that every token visits, which are one feed-forward part.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="matrix"><c>gate</c>, <c>up</c> or <c>down</c>.</param>
    public string Shared(int layer, string matrix) => $"{Layer}{layer}.{Experts}shared_experts.{matrix}_proj.weight";

    /// <summary>The norm before attention, without <see cref="NormScale"/>.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string BeforeAttention(int layer) => $"{Layer}{layer}.{AttentionNorm}";

    /// <summary>The norm before the feed-forward part, without <see cref="NormScale"/>.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string BeforeFeedForward(int layer) => $"{Layer}{layer}.{FeedForwardNorm}";

    /// <summary>The norm behind attention, without <see cref="NormScale"/>.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string BehindAttention(int layer) => $"{Layer}{layer}.post_attn_norm";

    /// <summary>The norm behind the feed-forward part, without <see cref="NormScale"/>.</summary>
    /// <param name="layer">Index of the layer.</param>
    public string BehindFeedForward(int layer) => $"{Layer}{layer}.post_moe_norm";
}
