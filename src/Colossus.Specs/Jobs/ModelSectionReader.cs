using Colossus.Specs.Diagnostics;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Reads <c>model</c>: a preset, sizes, or a preset with other sizes.</summary>
internal sealed class ModelSectionReader(YamlSection section)
{
    private const int defaultSequence = 256;

    public YamlSection Section => section;

    public ModelSpec Read(string tokenizer)
    {
        var preset = ReadPreset();
        int hidden = section.Whole("hidden", preset?.Hidden);
        int heads = section.Whole("heads", preset?.Heads);
        var activation = section.Choice(
            "activation",
            preset?.Activation ?? Activation.SwiGlu,
            ("swiglu", Activation.SwiGlu),
            ("geglu", Activation.GeGlu),
            ("gelu", Activation.Gelu),
            ("squared-relu", Activation.SquaredRelu));
        int ffn = section.Whole("ffn", preset?.Ffn ?? DefaultFfn(hidden, activation));
        bool sameHeads = preset is null || section.Has("heads") || section.Has("hidden");
        var model = new ModelSpec(
            section.Whole("layers", preset?.Layers),
            hidden,
            heads,
            section.Whole("kvHeads", sameHeads ? heads : preset!.KvHeads),
            section.Whole("headWidth", sameHeads ? Math.Max(1, hidden / heads) : preset!.HeadWidth),
            ffn,
            activation,
            section.Whole("vocab", preset?.Vocab ?? TokenizerVocabulary.SizeOf(tokenizer) ?? 256, least: 2),
            section.Whole("sequence", preset?.Sequence ?? defaultSequence, least: 2),
            section.Flag("tiedHead", false),
            section.Real("ropeBase", 10_000, 1, 1e12),
            section.Real("normEpsilon", 1e-5, 0, 1),
            ReadExperts(ffn, preset?.Experts));
        section.End();
        return model;
    }

    // Absurd widths stay absurd instead of turning negative.
    private static int DefaultFfn(int hidden, Activation activation) =>
        (int)Math.Min(int.MaxValue, activation is Activation.SwiGlu or Activation.GeGlu ? ((8L * hidden / 3) + 63) / 64 * 64 : 4L * hidden);

    private ModelSpec? ReadPreset()
    {
        if (section.Text("preset") is not { } name)
        {
            return null;
        }

        var preset = ModelPresets.Find(name);
        if (preset is null)
        {
            string hint = Suggestions.Nearest(name, ModelPresets.Names) is { } near ? $"; did you mean {near}?" : string.Empty;
            section.Report("preset", ErrorCode.NotAllowed, $"model.preset is '{name}'; use one of {string.Join(", ", ModelPresets.Names)}{hint}");
        }

        return preset;
    }

    private ExpertsSpec? ReadExperts(int ffn, ExpertsSpec? preset)
    {
        var experts = section.Section("experts");
        if (!experts.Exists)
        {
            return preset;
        }

        var read = new ExpertsSpec(
            experts.Whole("count", preset?.Count),
            experts.Whole("active", preset?.Active),
            experts.Whole("shared", preset?.Shared ?? 0, least: 0),
            experts.Whole("ffn", preset?.Ffn ?? ffn));
        if (read.Active > read.Count)
        {
            experts.Report("active", ErrorCode.DoesNotFit, $"model.experts.active is {read.Active}, more than the {read.Count} experts there are");
        }

        experts.End();
        return read;
    }
}
