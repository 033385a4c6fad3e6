using Colossus.Specs;
using Colossus.Specs.Jobs;
using Colossus.Specs.Tables;

namespace Colossus.Plan.Work;

/// <summary>The sizes of well-known models; figures and sources stand in <c>data/model-shapes.csv</c>.</summary>
public static class ModelShapeCatalogue
{
    private static readonly Lazy<IReadOnlyList<KeyValuePair<string, ModelShape>>> all = new(Load);

    /// <summary>All models in the order of the data file.</summary>
    public static IReadOnlyList<KeyValuePair<string, ModelShape>> All => all.Value;

    /// <summary>The model of that name, or null.</summary>
    /// <param name="name">A name such as <c>grok-1</c>.</param>
    public static ModelShape? Find(string name) => All.FirstOrDefault(pair => pair.Key == name).Value;

    private static IReadOnlyList<KeyValuePair<string, ModelShape>> Load() =>
        [.. CsvTable.Parse(EmbeddedData.ReadText("model-shapes.csv"), "model-shapes.csv").Rows.Select(static row => KeyValuePair.Create(row["model"], Read(row)))];

    private static ModelShape Read(CsvRow row)
    {
        ExpertsSpec? experts = row.Whole("experts") is int count
            ? new ExpertsSpec(count, row.Whole("experts_active")!.Value, row.Whole("experts_shared") ?? 0, row.Whole("expert_ffn")!.Value)
            : null;
        return new ModelShape(
            row.Whole("layers")!.Value,
            row.Whole("hidden")!.Value,
            row.Whole("heads")!.Value,
            row.Whole("kv_heads")!.Value,
            row.Whole("head_width")!.Value,
            row.Whole("ffn")!.Value,
            row["gated"] == "1",
            row.Whole("vocab")!.Value,
            row.Whole("seq")!.Value,
            TiedHead: false,
            experts,
            row["latent"] == "1" ? LatentAttention.DeepSeekV3 : null,
            row.Whole("dense_layers") ?? 0);
    }
}
