using Colossus.Plan.Programs;
using Colossus.Plan.Tests.Lowering;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;
using CsCheck;

namespace Colossus.Plan.Tests.Ranks;

/// <summary>Random models, and ways to split their step over ranks that can be trained.</summary>
internal static class AnyStep
{
    /// <summary>Steps of every schedule, ZeRO stage, recomputation and number format.</summary>
    /// <param name="mostData">Most replicas; a pipeline has up to 4 stages.</param>
    public static Gen<(ModelSpec Model, Layout Layout, NumberFormats Formats)> Of(int mostData) =>
        (from model in AnyModel.Dense
         from schedule in Gen.Enum<PipelineSchedule>()
         from pipeline in Gen.Int[1, 4]
         from virtualStages in Gen.Int[1, schedule == PipelineSchedule.Interleaved && pipeline > 1 ? 3 : 1]
         from data in Gen.Int[1, mostData]
         from microBatches in Gen.Int[1, 7]
         from microBatch in Gen.Int[1, 2]
         from zero in Gen.Int[0, 3]
         from formats in AnyModel.Formats
         from recompute in Gen.Enum<Recompute>()
         select (Model: model, Layout: new Layout(
             data, 1, pipeline, virtualStages, 1, 1, zero, false, microBatch, data * microBatch * microBatches, recompute, schedule), Formats: formats))
        .Where(static step => LayoutRules.IsSound(ModelSizes.From(step.Model), step.Layout));
}
