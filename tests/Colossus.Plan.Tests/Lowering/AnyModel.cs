using Colossus.Plan.Lowering;
using Colossus.Plan.Programs;
using Colossus.Specs.Jobs;
using CsCheck;

namespace Colossus.Plan.Tests.Lowering;

/// <summary>Random models and ways to lower them.</summary>
internal static class AnyModel
{
    public static Gen<ModelSpec> Dense { get; } =
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

    public static Gen<LoweringOptions> Options { get; } =
        from formats in Gen.Int[0, 2].Select(kind => new NumberFormats(kind == 0, kind < 2, kind == 0))
        from recompute in Gen.Enum<Recompute>()
        from split in Gen.Bool
        select new LoweringOptions(formats, recompute, split);

    /// <summary>Some consecutive blocks of a model, lowered.</summary>
    public static Gen<(ModelSpec Model, LoweringOptions Options, ChunkProgram Chunk)> Chunk { get; } =
        from model in Dense
        from options in Options
        from sequences in Gen.Int[1, 3]
        from first in Gen.Int[0, ModelProgram.BlockCount(model) - 1]
        from count in Gen.Int[1, ModelProgram.BlockCount(model) - first]
        select (model, options, ChunkLowering.Lower(ModelProgram.Blocks(model, sequences, first, count), options));
}
