using Colossus.Specs.Diagnostics;
using Colossus.Specs.Layouts;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Reads <c>model</c>: a preset, sizes, or a preset with other sizes; the keys of its architecture are read by <see cref="ArchitectureSection"/>.</summary>
internal static class ModelSection
{
    private const int defaultSequence = 256;

    public static ModelSpec Read(YamlSection top, string tokenizer, bool runsOtherProgram)
    {
        var section = top.Section("model");
        if (!section.Exists)
        {
            if (!runsOtherProgram && !top.Has("model"))
            {
                top.Missing("model", "give a preset, or layers, hidden and heads, as in model: { layers: 2, hidden: 128, heads: 4 }");
            }
            else if (!runsOtherProgram && top.IsNull("model"))
            {
                top.Report("model", ErrorCode.Missing, "model is empty", "give a preset, or layers, hidden and heads, as in model: { layers: 2, hidden: 128, heads: 4 }");
            }

            return ModelSpec.None;
        }

        var preset = ReadPreset(section, out bool unknown);

        // Behind an unknown preset nobody misses the sizes.
        var sizes = unknown ? ModelSpec.None : preset;
        int hidden = section.Whole("hidden", sizes?.Hidden, most: ModelSizes.Widest);
        int heads = section.Whole("heads", sizes?.Heads, most: ModelSizes.Widest);
        int layers = section.Whole("layers", sizes?.Layers, most: ModelSizes.MostLayers);
        var activation = section.Choice("activation", preset?.Activation ?? Activation.SwiGlu);
        int ffn = section.Whole("ffn", preset?.Ffn ?? DefaultFfn(hidden, activation), most: ModelSizes.Widest);
        bool ownHeads = preset is null || section.Has("heads") || section.Has("hidden");
        var model = new ModelSpec(
            layers,
            hidden,
            heads,
            section.Whole("kvHeads", ownHeads ? heads : preset!.KvHeads, most: ModelSizes.Widest),
            section.Whole("headWidth", ownHeads ? Math.Max(1, hidden / Math.Max(1, heads)) : preset!.HeadWidth, most: ModelSizes.Widest),
            ffn,
            activation,
            section.Whole("vocab", preset?.Vocab ?? TokenizerVocabulary.SizeOf(tokenizer) ?? 256, least: 2, most: ModelSizes.Widest),
            section.Whole("sequence", preset?.Sequence ?? defaultSequence, least: 2, most: ModelSizes.LongestSequence),
            section.Flag("tiedHead", preset?.TiedHead ?? false),
            section.Real("ropeBase", preset?.RopeBase ?? 10_000, 1, 1e12),
            section.Between("normEpsilon", preset?.NormEpsilon ?? 1e-5, 0, 1),
            ExpertsSection.Read(section, layers, ffn, preset?.Experts));
        model = ArchitectureSection.Read(section, model, standard: preset ?? ModelSpec.None);
        section.End();
        return model;
    }

    private static int DefaultFfn(int hidden, Activation activation) =>
        activation.IsGated() ? ((int)Math.Ceiling(8.0 * hidden / 3) + 63) / 64 * 64 : 4 * hidden;

    private static ModelSpec? ReadPreset(YamlSection section, out bool unknown)
    {
        string? name = section.Text("preset");
        var preset = name is null ? null : ModelPresets.Find(name)?.Model;
        unknown = section.Has("preset") && preset is null;
        if (unknown && name is not null)
        {
            string hint = Suggestions.Nearest(name, ModelPresets.Names) is { } near ? $"did you mean {near}? there are" : "there are";
            section.Report("preset", ErrorCode.NotAllowed, $"model.preset is '{name}'", $"{hint} {string.Join(", ", ModelPresets.Names)}");
        }

        return preset;
    }
}
