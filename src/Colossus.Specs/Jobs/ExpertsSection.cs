using Colossus.Specs.Layouts;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Reads <c>experts</c> of a model in a job, and of each preset in <c>data/model-architectures.yaml</c>, where sizes come from elsewhere.</summary>
internal static class ExpertsSection
{
    private const double most = 1e6;

    /// <summary>Reads <c>model.experts</c> of a job.</summary>
    /// <param name="model">The section that may hold it.</param>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="ffn">Inner width of its dense feed-forward part.</param>
    /// <param name="preset">The experts of the preset; null without one, or of a dense one.</param>
    /// <returns>Null for a dense model.</returns>
    public static ExpertsSpec? Read(YamlSection model, int layers, int ffn, ExpertsSpec? preset)
    {
        // A preset that is cut to few layers keeps one with experts.
        preset = preset is null ? null : preset with { DenseLayers = Math.Min(preset.DenseLayers, Math.Max(0, layers - 1)) };
        var section = model.Section("experts");
        if (!section.Exists)
        {
            // An empty value says "dense", also behind a preset with experts.
            return model.Has("experts") ? null : preset is not null && model.Has("ffn") ? preset with { Ffn = ffn } : preset;
        }

        var sizes = new ExpertsSpec(
            section.Whole("count", preset?.Count, most: ModelSizes.MostExperts),
            section.Whole("active", preset?.Active, most: ModelSizes.MostExperts),
            section.Whole("shared", preset?.Shared ?? 0, least: 0, most: ModelSizes.MostExperts),
            section.Whole("ffn", preset is null || model.Has("ffn") ? ffn : preset.Ffn, most: ModelSizes.Widest));

        // The weight of a single expert would be 1 whatever its score: its router would learn nothing.
        var read = ReadRouter(section, sizes, preset ?? sizes with { Renormalize = sizes.Active > 1 });
        section.End();
        return read;
    }

    /// <summary>Reads what experts are beyond their sizes.</summary>
    /// <param name="section">The section that holds the keys; its end is the caller's to check.</param>
    /// <param name="sizes">Sizes.</param>
    /// <param name="standard">What keys have that are not there.</param>
    public static ExpertsSpec ReadRouter(YamlSection section, ExpertsSpec sizes, ExpertsSpec standard) => sizes with
    {
        Router = section.Choice("router", standard.Router),
        Renormalize = section.Flag("renormalize", standard.Renormalize),
        Scale = section.Between("scale", standard.Scale, 0, most),
        Groups = section.Whole("groups", standard.Groups, most: ModelSizes.MostExperts),
        ActiveGroups = section.Whole("activeGroups", standard.ActiveGroups, most: ModelSizes.MostExperts),
        DenseLayers = section.Whole("denseLayers", standard.DenseLayers, least: 0, most: ModelSizes.MostLayers),
        Capacity = section.Real("capacity", standard.Capacity, 0, most),
        BalanceLoss = section.Real("balanceLoss", standard.BalanceLoss, 0, most),
        ZLoss = section.Real("zLoss", standard.ZLoss, 0, most),
        BiasRate = section.Real("biasRate", standard.BiasRate, 0, most),
    };
}
