using Colossus.Plan.Programs;
using Colossus.Plan.Tests.Lowering;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using CsCheck;

namespace Colossus.Plan.Tests.Ranks;

/// <summary>Random models, and ways to split their step over ranks that can be trained.</summary>
internal static class AnyStep
{
    /// <summary>Most ranks of a step.</summary>
    private const int MostRanks = 16;

    /// <summary>Steps of every schedule, ZeRO stage, recomputation and number format.</summary>
    /// <param name="mostData">Most replicas; a pipeline has up to 4 stages.</param>
    /// <param name="mostTensor">Most ranks that share each matrix.</param>
    /// <param name="mostContext">Most ranks that share each sequence.</param>
    public static Gen<(ModelSpec Model, Layout Layout, NumberFormats Formats)> Of(int mostData, int mostTensor = 4, int mostContext = 3) =>
        (from model in AnyModel.Any
         from schedule in Gen.Enum<PipelineSchedule>()
         from pipeline in Gen.Int[1, 4]
         from virtualStages in Gen.Int[1, schedule == PipelineSchedule.Interleaved && pipeline > 1 ? 3 : 1]
         from data in Gen.Int[1, mostData]
         from tensor in Gen.Int[1, mostTensor]
         from context in Gen.Int[1, mostContext]
         from expert in Gen.Int[1, model.Experts is null ? 1 : 3]
         from sequenceParallel in Gen.Bool
         from microBatches in Gen.Int[1, 7]
         from microBatch in Gen.Int[1, 2]
         from zero in Gen.Int[0, 3]
         from formats in AnyModel.Formats
         from recompute in Gen.Enum<Recompute>()
         select (Model: Divisible(model, tensor, context, expert), Layout: new Layout(
             data, tensor, pipeline, virtualStages, context, expert, zero, sequenceParallel && tensor > 1, microBatch, data * microBatch * microBatches, recompute, schedule), Formats: formats))
        .Where(static step => step.Layout.Ranks <= MostRanks && LayoutRules.IsSound(ModelSizes.From(step.Model), step.Layout));

    // A model like a random one that so many ranks can share, with heads of keys and values for each of them or one for all.
    private static ModelSpec Divisible(ModelSpec model, int tensor, int context, int expert)
    {
        int sequence = model.Sequence * tensor * (context == 1 ? 1 : 2 * context);
        int group = model.Heads / model.KvHeads;
        bool oneHead = model.KvHeads == 2 && model.Latent is null;
        return model with
        {
            KvHeads = oneHead ? 1 : model.KvHeads * tensor,
            Heads = oneHead ? group * tensor : model.Heads * tensor,
            Ffn = model.Ffn * tensor,
            Sequence = sequence,
            Experts = model.Experts is { } experts ? experts with { Count = experts.Count * expert, Ffn = experts.Ffn * tensor } : null,
        };
    }
}
