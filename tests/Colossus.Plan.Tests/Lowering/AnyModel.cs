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

    /// <summary>Dense models of any sizes and any architecture.</summary>
    public static Gen<ModelSpec> Dense { get; } =
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

    public static Gen<NumberFormats> Formats { get; } = Gen.Int[0, 2].Select(kind => new NumberFormats(kind == 0, kind < 2, kind == 0));

    /// <summary>Some consecutive blocks of a model, lowered.</summary>
    public static Gen<(ModelSpec Model, LoweringOptions Options, ChunkProgram Chunk)> Chunk { get; } =
        from model in Dense
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
