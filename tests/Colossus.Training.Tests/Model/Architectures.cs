using Colossus.Specs.Jobs;

namespace Colossus.Training.Tests.Model;

/// <summary>Small models of every architecture: each property alone, and those of published models together. Sizes are none that a vector divides.</summary>
internal static class Architectures
{
    private static readonly ModelSpec plain = new(Layers: 2, Hidden: 48, Heads: 4, KvHeads: 2, HeadWidth: 12, Ffn: 80, Activation.SwiGlu, Vocab: 61, Sequence: 37);

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
        ["normed queries and keys"] = plain with { QueryKeyNorm = true, HeadWidth = 20 },
        ["capped scores"] = plain with { ScoreCap = 0.7 },
        ["scaled embedding"] = plain with { EmbeddingScale = 4, TiedHead = true },
        ["scaled logits"] = plain with { LogitScale = 0.5 },
        ["grok-1"] = plain with { Activation = Activation.GeGlu, TiedHead = true, PostNorm = true, ScoreCap = 1, EmbeddingScale = 7, LogitScale = 0.577 },
        ["llama 3.1"] = plain with { RopeBase = 500_000, RopeScaling = new RopeScaling(8, 1, 4, 16) },
        ["gpt-3"] = plain with { Activation = Activation.Gelu, KvHeads = 4, TiedHead = true, Norm = NormKind.LayerNorm, Biases = true, Positions = PositionKind.Learned },
        ["qwen 3"] = plain with { QueryKeyNorm = true, HeadWidth = 16, RopeBase = 1_000_000 },
        ["nemotron"] = plain with { Activation = Activation.SquaredRelu, Norm = NormKind.LayerNorm, RotaryShare = 0.5, HeadWidth = 24 },
    };

    public static TheoryData<string> Names => [.. all.Keys];

    public static ModelSpec Of(string name) => all[name];
}
