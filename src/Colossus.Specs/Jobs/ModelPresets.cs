using System.Globalization;
using Colossus.Specs.Tables;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Models that a job can name: sizes from <c>data/model-shapes.csv</c>, what they are beyond them from <c>data/model-architectures.yaml</c>, in the keys of a job.</summary>
public static class ModelPresets
{
    private static readonly Lazy<ModelPreset[]> presets = new(Load);

    /// <summary>All of them, in the order of the file.</summary>
    public static IReadOnlyList<ModelPreset> All => presets.Value;

    /// <summary>Their names, in the order of the file.</summary>
    public static IReadOnlyList<string> Names => [.. All.Select(static preset => preset.Name)];

    /// <summary>A preset, or null when there is none of that name.</summary>
    public static ModelPreset? Find(string name) => All.FirstOrDefault(preset => preset.Name == name);

    private static ModelPreset[] Load()
    {
        const string File = "model-architectures.yaml";
        var architectures = YamlSource.Parse(EmbeddedData.ReadText(File), "data/" + File, [], new FileKind("list of models", "grok-1: { postNorm: true }"));
        YamlSection top = architectures.Top;
        ModelPreset[] all = [.. CsvTable.Parse(EmbeddedData.ReadText("model-shapes.csv"), "data/model-shapes.csv").Rows.Select(row => Read(row, top))];
        top.End();
        Invariant.That(!architectures.Diagnostics.HasErrors, string.Join('\n', architectures.Diagnostics.All));
        return all;
    }

    private static ModelPreset Read(CsvRow row, YamlSection architectures)
    {
        int Whole(string column) => int.Parse(row[column], CultureInfo.InvariantCulture);
        double Real(string column) => double.Parse(row[column], CultureInfo.InvariantCulture);
        var experts = row["experts"].Length > 0 ? new ExpertsSpec(Whole("experts"), Whole("experts_active"), Whole("experts_shared"), Whole("expert_ffn")) { DenseLayers = Whole("dense_layers") } : null;
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
        var architecture = architectures.Section(row["model"]);
        model = ArchitectureSection.Read(architecture, model, standard: model);
        if (model.Experts is { } sizes)
        {
            var section = architecture.Section("experts");
            model = model with { Experts = ExpertsSection.ReadRouter(section, sizes, standard: sizes) };
            section.End();
        }

        architecture.End();
        return new ModelPreset(row["model"], model, row["source"], row["note"]);
    }
}
