using System.Text.Json;
using System.Text.Json.Nodes;
using Colossus.Plan.Work;
using Colossus.Specs;
using Colossus.Specs.Layouts;
using Colossus.Twin.Pricing;

namespace Colossus.Twin.Estimates;

/// <summary>Writes an estimate as JSON with stable names.</summary>
public static class EstimateJson
{
    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true };

    /// <summary>The JSON text of an estimate.</summary>
    /// <param name="estimate">The estimate.</param>
    public static string Write(StepEstimate estimate) => ToNode(estimate).ToJsonString(indented);

    /// <summary>The JSON object of an estimate.</summary>
    /// <param name="estimate">The estimate.</param>
    public static JsonObject ToNode(StepEstimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        return new JsonObject
        {
            ["stepSeconds"] = estimate.StepSeconds,
            ["stepSecondsLow"] = estimate.LowSeconds,
            ["stepSecondsHigh"] = estimate.HighSeconds,
            ["tokensPerSecond"] = estimate.TokensPerSecond,
            ["tokensPerSecondPerGpu"] = estimate.TokensPerSecondPerGpu,
            ["modelFlopsUtilization"] = estimate.ModelFlopsUtilization,
            ["modelFlopsPerStep"] = estimate.ModelFlops,
            ["memoryBytesPerGpu"] = Memory(estimate.FullestStage),
            ["memoryBytesByStage"] = new JsonArray([.. estimate.Memory.Select(static stage => (JsonNode)Memory(stage))]),
            ["breakdown"] = Breakdown(estimate.Price),
            ["layout"] = LayoutNode(estimate.Layout),
            ["pools"] = new JsonArray([.. estimate.Pools.Select(static pool => (JsonNode)new JsonObject { ["accelerator"] = pool.Machine.Accelerator.Id, ["gpus"] = pool.Gpus })]),
            ["accelerator"] = estimate.Machine.Accelerator.Id,
            ["gpus"] = estimate.Layout.Ranks,
            ["fits"] = estimate.Fits,
            ["problems"] = new JsonArray([.. estimate.Problems.Select(static problem => (JsonNode)problem)]),
            ["advice"] = estimate.Advice,
        };
    }

    /// <summary>The split of a step; its values add up to the step.</summary>
    /// <param name="price">The price.</param>
    public static JsonObject Breakdown(in StepPrice price) => new()
    {
        ["compute"] = price.Compute,
        ["tensor"] = price.Tensor,
        ["pipeline"] = price.Pipeline,
        ["data"] = price.Data,
        ["expert"] = price.Expert,
        ["context"] = price.Context,
        ["bubble"] = price.Bubble,
        ["optimizer"] = price.Optimizer,
        ["other"] = price.Other,
    };

    /// <summary>A layout with the names of a job file.</summary>
    /// <param name="layout">The layout.</param>
    public static JsonObject LayoutNode(in Layout layout) => new()
    {
        ["data"] = layout.Data,
        ["tensor"] = layout.Tensor,
        ["pipeline"] = layout.Pipeline,
        ["virtualStages"] = layout.VirtualStages,
        ["context"] = layout.Context,
        ["expert"] = layout.Expert,
        ["zero"] = layout.Zero,
        ["sequenceParallel"] = layout.SequenceParallel,
        ["recompute"] = EnumWords.Of(layout.Recompute),
        ["schedule"] = EnumWords.Of(layout.Schedule),
        ["microBatch"] = layout.MicroBatch,
        ["globalBatch"] = layout.GlobalBatch,
    };

    private static JsonObject Memory(in StageMemory memory) => new()
    {
        ["weights"] = memory.Weights,
        ["gradients"] = memory.Gradients,
        ["optimizer"] = memory.Optimizer,
        ["activations"] = memory.Activations,
        ["total"] = memory.Total,
    };
}
