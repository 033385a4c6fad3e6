using System.Globalization;
using Colossus.Specs.Tables;

namespace Colossus.Specs.Jobs;

/// <summary>Models that a job can name, from <c>data/model-shapes.csv</c>.</summary>
public static class ModelPresets
{
    private static readonly Lazy<IReadOnlyList<ModelPreset>> presets = new(Load);

    /// <summary>All of them, in the order of the file.</summary>
    public static IReadOnlyList<ModelPreset> All => presets.Value;

    /// <summary>Their names, in the order of the file.</summary>
    public static IReadOnlyList<string> Names => [.. All.Select(static preset => preset.Name)];

    /// <summary>A preset, or null when there is none of that name.</summary>
    public static ModelPreset? Find(string name) => All.FirstOrDefault(preset => preset.Name == name);

    private static IReadOnlyList<ModelPreset> Load() =>
        [.. CsvTable.Parse(EmbeddedData.ReadText("model-shapes.csv"), "data/model-shapes.csv").Rows.Select(Read)];

    private static ModelPreset Read(CsvRow row)
    {
        int Whole(string column) => int.Parse(row[column], CultureInfo.InvariantCulture);
        double Real(string column) => double.Parse(row[column], CultureInfo.InvariantCulture);
        var experts = row["experts"].Length > 0 ? new ExpertsSpec(Whole("experts"), Whole("experts_active"), Whole("experts_shared"), Whole("expert_ffn")) : null;
        var activation = EnumWords.Find<Activation>(row["activation"]);
        Invariant.That(activation is not null, $"data/model-shapes.csv: {row["model"]} has activation '{row["activation"]}'");
        var model = new ModelSpec(
            Whole("layers"),
            Whole("hidden"),
            Whole("heads"),
            Whole("kv_heads"),
            Whole("head_width"),
            Whole("ffn"),
            activation.Value,
            Whole("vocab"),
            Whole("seq"),
            row["tied"] == "1",
            Real("rope_base"),
            Real("norm_epsilon"),
            experts);
        return new ModelPreset(row["model"], model, row["source"], row["note"]);
    }
}
