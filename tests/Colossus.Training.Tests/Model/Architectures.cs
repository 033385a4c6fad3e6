using Colossus.Specs.Jobs;

namespace Colossus.Training.Tests.Model;

/// <summary>Small models of every architecture: each property alone, and those of published models together. Sizes are none that a vector divides.</summary>
internal static class Architectures
{
    private static readonly ModelSpec plain = new(Layers: 2, Hidden: 48, Heads: 4, KvHeads: 2, HeadWidth: 12, Ffn: 80, Activation.SwiGlu, Vocab: 61, Sequence: 37);

    private static readonly ModelSpec latent = plain with { KvHeads = 4, Latent = new LatentAttention(QueryRank: 21, KeyValueRank: 13, RotaryWidth: 6, PlainWidth: 9, ValueWidth: 11) };

    private static readonly ExpertsSpec experts = new(5, 2, 0, 33);

    private static readonly Dictionary<string, ModelSpec> all = new()
    {
        ["layer norm"] = plain with { Norm = NormKind.LayerNorm },
        ["post-norm"] = plain with { PostNorm = true },
        ["post-norm, layer norm"] = plain with { PostNorm = true, Norm = NormKind.LayerNorm },
        ["biases"] = plain with { Biases = true },
        ["learned positions"] = plain with { Positions = PositionKind.Learned, HeadWidth = 11 },
        ["learned positions, scaled"] = plain with { Positions = PositionKind.Learned, EmbeddingScale = 3 },
        ["half of a head rotary"] = plain with { RotaryShare = 0.5, HeadWidth = 16 },
        ["scaled rotary positions"] = plain with { RopeScaling = new RopeScaling(8, 0.5, 2, 16) },
        ["rotary positions scaled by YaRN"] = plain with { RopeScaling = new RopeScaling(8, 0.5, 2, 16) { Kind = RopeScalingKind.Yarn, ScoreGrowth = 0.1 } },
        ["latent attention"] = latent,
        ["latent attention, plain queries"] = latent with { Latent = latent.Latent! with { QueryRank = 0 } },
        ["latent attention, layer norm, biases"] = latent with { Norm = NormKind.LayerNorm, Biases = true, ScoreCap = 0.7 },
        ["normed queries and keys"] = plain with { QueryKeyNorm = true, HeadWidth = 20 },
        ["capped scores"] = plain with { ScoreCap = 0.7 },
        ["scaled embedding"] = plain with { EmbeddingScale = 4, TiedHead = true },
        ["scaled logits"] = plain with { LogitScale = 0.5 },
        ["grok-1"] = plain with { Activation = Activation.GeGlu, TiedHead = true, PostNorm = true, ScoreCap = 1, EmbeddingScale = 7, LogitScale = 0.577 },
        ["llama 3.1"] = plain with { RopeBase = 500_000, RopeScaling = new RopeScaling(8, 1, 4, 16) },
        ["gpt-3"] = plain with { Activation = Activation.Gelu, KvHeads = 4, TiedHead = true, Norm = NormKind.LayerNorm, Biases = true, Positions = PositionKind.Learned },
        ["qwen 3"] = plain with { QueryKeyNorm = true, HeadWidth = 16, RopeBase = 1_000_000 },
        ["experts of which all are active"] = plain with { Experts = new(3, 3, 0, 33) },
        ["experts without a gate"] = plain with { Activation = Activation.SquaredRelu, Experts = experts },
        ["one active expert, shared ones, biases"] = plain with { Biases = true, Experts = new ExpertsSpec(4, 1, 2, 21) { Renormalize = false, DenseLayers = 1 } },
        ["grok-1, whole"] = plain with
        {
            Activation = Activation.GeGlu,
            TiedHead = true,
            PostNorm = true,
            ScoreCap = 1,
            EmbeddingScale = 7,
            LogitScale = 0.577,
            Experts = new ExpertsSpec(8, 2, 0, 40) { Renormalize = false },
        },
        ["mixtral"] = plain with { RopeBase = 1_000_000, Experts = new ExpertsSpec(8, 2, 0, 80) { BalanceLoss = 0.04, ZLoss = 0 } },
        ["qwen 3, experts"] = plain with { QueryKeyNorm = true, HeadWidth = 16, RopeBase = 1_000_000, Experts = new ExpertsSpec(12, 4, 0, 24) { BalanceLoss = 0.008, ZLoss = 0 } },
        ["deepseek's router"] = plain with
        {
            Layers = 3,
            Experts = new ExpertsSpec(12, 3, 1, 24) { Router = RouterKind.Sigmoid, Scale = 2.5, Groups = 4, ActiveGroups = 2, DenseLayers = 1, BiasRate = 0.001, BalanceLoss = 0.5, ZLoss = 0.5 },
        },
        ["nemotron"] = plain with { Activation = Activation.SquaredRelu, Norm = NormKind.LayerNorm, RotaryShare = 0.5, HeadWidth = 24 },
        ["deepseek-v3"] = latent with
        {
            NormEpsilon = 1e-6,
            RopeScaling = new RopeScaling(40, 1, 4, 16) { Kind = RopeScalingKind.Yarn, ScoreGrowth = 0.1 },
            Experts = new ExpertsSpec(12, 3, 1, 24) { Router = RouterKind.Sigmoid, Scale = 2.5, Groups = 4, ActiveGroups = 2, DenseLayers = 1, BiasRate = 0.001, BalanceLoss = 0.0001, ZLoss = 0 },
        },
    };

    public static TheoryData<string> Names => [.. all.Keys];

    public static ModelSpec Of(string name) => all[name];
}
