using Colossus.Plan.Lowering;
using Colossus.Plan.Parameters;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using CsCheck;

namespace Colossus.Plan.Tests.Lowering;

/// <summary>Random models and ways to lower them.</summary>
internal static class AnyModel
{
    private static readonly Gen<ModelSpec> sizes =
        from layers in Gen.Int[1, 6]
        from kvHeads in Gen.Int[1, 3]
        from queriesEach in Gen.Int[1, 3]
        from halfWidth in Gen.Int[1, 9]
        from hidden in Gen.Int[1, 70]
        from ffn in Gen.Int[1, 90]
        from activation in Gen.Enum<Activation>()
        from vocab in Gen.Int[1, 300]
        from sequence in Gen.Int[1, 40]
        from tied in Gen.Bool
        select new ModelSpec(layers, hidden, kvHeads * queriesEach, kvHeads, 2 * halfWidth, ffn, activation, vocab, sequence, tied);

    private static readonly Gen<LatentAttention> latents =
        from queryRank in Gen.Int[0, 20]
        from keyValueRank in Gen.Int[1, 20]
        from halfRotary in Gen.Int[1, 6]
        from plain in Gen.Int[1, 12]
        from value in Gen.Int[1, 12]
        select new LatentAttention(queryRank, keyValueRank, 2 * halfRotary, plain, value);

    private static readonly Gen<ModelSpec> plainHeads =
        from model in sizes
        from norm in Gen.Enum<NormKind>()
        from positions in Gen.Enum<PositionKind>()
        from postNorm in Gen.Bool
        from biases in Gen.Bool
        from queryKeyNorm in Gen.Bool
        from scaled in Gen.Bool
        select model with
        {
            Norm = norm,
            Positions = positions,
            PostNorm = postNorm,
            Biases = biases,
            QueryKeyNorm = queryKeyNorm,
            ScoreCap = scaled ? 30 : 0,
            EmbeddingScale = scaled ? 8 : 1,
            LogitScale = scaled ? 0.5 : 1,
        };

    /// <summary>Dense models of any sizes and any architecture.</summary>
    public static Gen<ModelSpec> Dense { get; } =
        from model in plainHeads
        from latent in latents
        from isLatent in Gen.Int[0, 2]
        select isLatent > 0 ? model : model with { KvHeads = model.Heads, Positions = PositionKind.Rotary, QueryKeyNorm = false, Latent = latent };

    /// <summary>Models of any sizes and any architecture, with experts or without.</summary>
    public static Gen<ModelSpec> Any { get; } =
        from model in Dense
        from mixed in Gen.Bool
        from count in Gen.Int[1, 6]
        from active in Gen.Int[1, count]
        from shared in Gen.Int[0, 2]
        from ffn in Gen.Int[1, 40]
        from dense in Gen.Int[0, model.Layers - 1]
        from capacity in Gen.Int[0, 2].Select(index => new[] { 0, 0.6, 1.25 }[index])
        from balanced in Gen.Bool
        from router in Gen.Enum<RouterKind>()
        select mixed
            ? model with { Experts = new ExpertsSpec(count, active, shared, ffn) { DenseLayers = dense, Capacity = capacity, BiasRate = balanced ? 0.001 : 0, Router = router } }
            : model;

    /// <summary>The same without a capacity: its products are then as long as there are visits, and else as long as there may be.</summary>
    public static ModelSpec Dropless(ModelSpec model) => model with { Experts = model.Experts is { } experts ? experts with { Capacity = 0 } : null };

    public static Gen<NumberFormats> Formats { get; } = Gen.Select(Gen.Int[0, 2], Gen.Bool).Select((kind, exact) => new NumberFormats(kind == 0, kind < 2, kind == 0, exact));

    /// <summary>Some consecutive blocks of a model, lowered.</summary>
    public static Gen<(ModelSpec Model, LoweringOptions Options, ChunkProgram Chunk)> Chunk { get; } =
        from model in Any
        from options in OptionsFor(model)
        from sequences in Gen.Int[1, 3]
        from first in Gen.Int[0, ModelProgram.BlockCount(model) - 1]
        from count in Gen.Int[1, ModelProgram.BlockCount(model) - first]
        from scope in Gen.Enum<AttentionScope>()
        select (model, options, ChunkLowering.Lower(ModelProgram.Blocks(model, sequences, first, count, scope), options));

    public static Gen<LoweringOptions> OptionsFor(ModelSpec model) =>
        from formats in Formats
        from recompute in Gen.Enum<Recompute>()
        from split in Gen.Bool
        from zero in Gen.Int[1, 3]
        select new LoweringOptions(formats, recompute, split, Sharding.Of(ParameterTable.For(model), zero));
}
