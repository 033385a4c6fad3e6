using System.Globalization;
using Colossus.Specs.Tables;

namespace Colossus.Specs.Jobs;

/// <summary>Models that a job can name, from <c>data/model-shapes.csv</c>.</summary>
public static class ModelPresets
{
    private static readonly Lazy<SortedDictionary<string, ModelSpec>> presets = new(Load);

    /// <summary>Their names.</summary>
    public static IReadOnlyCollection<string> Names => presets.Value.Keys;

    /// <summary>A preset, or null when there is none of that name.</summary>
    public static ModelSpec? Find(string name) => presets.Value.GetValueOrDefault(name);

    private static SortedDictionary<string, ModelSpec> Load()
    {
        var found = new SortedDictionary<string, ModelSpec>(StringComparer.Ordinal);
        foreach (var row in CsvTable.Parse(EmbeddedData.ReadText("model-shapes.csv"), "data/model-shapes.csv").Rows)
        {
            int Cell(string column) => int.TryParse(row[column], NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : 0;
            var experts = Cell("experts") > 0 ? new ExpertsSpec(Cell("experts"), Cell("experts_active"), Cell("experts_shared"), Cell("expert_ffn")) : null;
            found[row["model"]] = new ModelSpec(
                Cell("layers"),
                Cell("hidden"),
                Cell("heads"),
                Cell("kv_heads"),
                Cell("head_width"),
                Cell("ffn"),
                Cell("gated") == 1 ? Activation.SwiGlu : Activation.Gelu,
                Cell("vocab"),
                Cell("seq"),
                Experts: experts);
        }

        return found;
    }
}
