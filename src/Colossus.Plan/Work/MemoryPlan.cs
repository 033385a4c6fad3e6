using Colossus.Plan.Layouts;
using Colossus.Plan.Schedules;
using Colossus.Specs.Jobs;
using Colossus.Specs.Layouts;

namespace Colossus.Plan.Work;

/// <summary>What a layout needs in memory on each stage.</summary>
public static class MemoryPlan
{
    /// <summary>Memory of one rank of a stage.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">A sound layout.</param>
    /// <param name="stage">Index of the stage.</param>
    /// <param name="rules">Bytes a weight and an activation.</param>
    public static StageMemory OfStage(ModelShape model, in Layout layout, int stage, MemoryRules rules)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rules);
        (double dense, double routed) = Weights(model, layout, stage);
        double denseReplicas = layout.DenseReplicas;
        double expertReplicas = layout.ExpertReplicas;
        int zero = layout.Zero;
        return new StageMemory(
            Kept(rules.WeightBytes, 3),
            Kept(rules.GradientBytes, 2),
            Kept(rules.OptimizerBytes, 1),
            Activations(model, layout, stage, rules));

        double Kept(double bytes, int fromZero) =>
            bytes * (zero >= fromZero ? (dense / denseReplicas) + (routed / expertReplicas) : dense + routed);
    }

    /// <summary>Weights of one rank of a stage: those that each data-parallel replica holds, and those of routed experts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">A sound layout.</param>
    /// <param name="stage">Index of the stage.</param>
    public static (double Dense, double Routed) Weights(ModelShape model, in Layout layout, int stage)
    {
        ArgumentNullException.ThrowIfNull(model);
        int layers = StageLayers.OfStage(model.Layers, layout, stage);
        double dense = layers * (ParameterCount.LayerWithoutRoutedExperts(model) / layout.Tensor);
        double routed = layers * (ParameterCount.RoutedExperts(model) / layout.Expert);
        double table = (double)VocabularyRows.OfRank(model.Vocab, layout.Tensor) * model.Hidden;
        if (stage == 0)
        {
            dense += table + ParameterCount.Positions(model);
        }

        if (stage == layout.Pipeline - 1 && !(model.TiedHead && layout.Pipeline == 1))
        {
            dense += table;
        }

        return (dense, routed);
    }

    /// <summary>Bytes that one layer keeps of one micro-batch for its backward pass.</summary>
    /// <remarks>
    /// arXiv 2205.05198, equations 1 to 6, with the widths of the model instead of 4h: of 34·s·b·h bytes 10 lie between the matrices
    /// (shared only by sequence parallelism) and 24 inside (shared by tensor parallelism); the scores are 5·a·s²·b, and none with flash attention.
    /// Inputs of matrix products count with their own size, which is 1 byte for 8-bit products. Without dropout the masks (2 of the 10, 3 of the 5) are not kept.
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="layout">A sound layout.</param>
    /// <param name="rules">Dropout and flash attention.</param>
    public static double ActivationsOfLayer(ModelShape model, in Layout layout, MemoryRules rules)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rules);
        double tokens = (double)layout.MicroBatch * model.Sequence / layout.Context;
        double tensor = layout.Tensor;
        if (layout.Recompute == Recompute.Full)
        {
            return 2 * tokens * model.Hidden / layout.SequenceShards;
        }

        double input = rules.ProductInputBytes;
        double between = ((rules.Dropout ? 6 : 4) + (2 * input)) * tokens * model.Hidden / layout.SequenceShards;
        double attention = tokens * ((2.0 * ((model.Heads * model.ScoreWidth) + (model.KvHeads * (model.ScoreWidth + model.ValueWidth)))) + (input * model.Heads * model.ValueWidth)) / tensor;
        double ofInner = (2.0 * (model.FfnMatrices - 1)) + input;
        double inner = ofInner * tokens * model.Ffn / tensor;
        if (model.Experts is ExpertsSpec experts)
        {
            double visits = tokens / tensor * experts.Active;
            inner = (ofInner * ((visits * experts.Ffn) + (tokens / tensor * experts.Shared * experts.Ffn))) + (input * visits * model.Hidden);
        }

        bool keepsScores = !rules.FlashAttention && layout.Recompute == Recompute.None;
        double scores = keepsScores ? (rules.Dropout ? 5 : 2) * tokens * model.Sequence * model.Heads / tensor : 0;
        return between + attention + inner + scores;
    }

    /// <summary>Most micro-batches that a stage holds at once, weighted by its layers: layer-activations in flight.</summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="layout">A sound layout.</param>
    /// <param name="stage">Index of the stage.</param>
    public static double LayersInFlight(int layers, in Layout layout, int stage)
    {
        double ofStage = StageLayers.OfStage(layers, layout, stage);
        int microBatches = layout.MicroBatches;
        return layout.Schedule switch
        {
            PipelineSchedule.GPipe => ofStage * microBatches,
            PipelineSchedule.Interleaved => ofStage / layout.VirtualStages
                * Math.Min((double)microBatches * layout.VirtualStages, PipelineOrder.InterleavedWarmup(stage, layout.Pipeline, layout.VirtualStages, microBatches) + 1),
            _ => ofStage * Math.Min(microBatches, layout.Pipeline - stage),
        };
    }

    private static double Activations(ModelShape model, in Layout layout, int stage, MemoryRules rules)
    {
        double tokens = (double)layout.MicroBatch * model.Sequence / layout.Context;
        double bytes = LayersInFlight(model.Layers, layout, stage) * ActivationsOfLayer(model, layout, rules);
        if (layout.Recompute == Recompute.Full)
        {
            // While one layer is computed again, all that it keeps is there at once.
            Layout whole = layout with { Recompute = Recompute.None };
            bytes += ActivationsOfLayer(model, whole, rules);
        }

        if (stage == layout.Pipeline - 1)
        {
            // Logits in the format of computation and their 32-bit softmax.
            bytes += 6 * tokens * VocabularyRows.OfRank(model.Vocab, layout.Tensor);
        }

        return bytes;
    }
}
