using Colossus.Specs.Layouts;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Reads what a model is beyond its sizes: keys of <c>model</c> in a job, and of each preset in <c>data/model-architectures.yaml</c>.</summary>
internal static class ArchitectureSection
{
    private const double most = 1e6;

    /// <summary>Reads the keys.</summary>
    /// <param name="section">The section that holds them; its end is the caller's to check.</param>
    /// <param name="model">The sizes.</param>
    /// <param name="standard">What holds where a key is not there.</param>
    public static ModelSpec Read(YamlSection section, ModelSpec model, ModelSpec standard) => model with
    {
        Norm = section.Choice("norm", standard.Norm),
        PostNorm = section.Flag("postNorm", standard.PostNorm),
        Biases = section.Flag("biases", standard.Biases),
        Positions = section.Choice("positions", standard.Positions),
        RotaryShare = section.Real("rotaryShare", standard.RotaryShare, 0, 1),
        RopeScaling = ReadRopeScaling(section, standard.RopeScaling),
        Latent = ReadLatent(section, standard.Latent),
        QueryKeyNorm = section.Flag("queryKeyNorm", standard.QueryKeyNorm),
        ScoreCap = section.Real("scoreCap", standard.ScoreCap, 0, most),
        EmbeddingScale = section.Between("embeddingScale", standard.EmbeddingScale, 0, most),
        LogitScale = section.Between("logitScale", standard.LogitScale, 0, most),
    };

    private static RopeScaling? ReadRopeScaling(YamlSection section, RopeScaling? standard)
    {
        var scaling = section.Section("ropeScaling");
        if (!scaling.Exists)
        {
            // An empty value says "none", also behind a preset that scales.
            return section.Has("ropeScaling") ? null : standard;
        }

        var kind = scaling.Choice("kind", standard?.Kind ?? RopeScalingKind.Llama3);
        bool yarn = kind == RopeScalingKind.Yarn;

        // The passage of one kind says nothing about that of another.
        var alike = standard?.Kind == kind ? standard : null;
        var read = new RopeScaling(
            scaling.Real("factor", standard?.Factor, 1, most),
            scaling.Between("lowFrequency", alike?.LowFrequency ?? 1, 0, most),
            scaling.Between("highFrequency", alike?.HighFrequency ?? (yarn ? 32 : 4), 0, most),
            scaling.Whole("originalSequence", standard?.OriginalSequence, most: ModelSizes.LongestSequence))
        {
            Kind = kind,
            ScoreGrowth = scaling.Real("scoreGrowth", alike?.ScoreGrowth ?? (yarn ? 0.1 : 0), 0, most),
        };
        scaling.End();
        return read;
    }

    private static LatentAttention? ReadLatent(YamlSection section, LatentAttention? standard)
    {
        var latent = section.Section("latent");
        if (!latent.Exists)
        {
            return section.Has("latent") ? null : standard;
        }

        int plain = latent.Whole("plainWidth", standard?.PlainWidth, most: ModelSizes.Widest);
        var read = new LatentAttention(
            latent.Whole("queryRank", standard?.QueryRank ?? 0, least: 0, most: ModelSizes.Widest),
            latent.Whole("keyValueRank", standard?.KeyValueRank, most: ModelSizes.Widest),
            latent.Whole("rotaryWidth", standard?.RotaryWidth, most: ModelSizes.Widest),
            plain,
            latent.Whole("valueWidth", standard?.ValueWidth ?? plain, most: ModelSizes.Widest));
        latent.End();
        return read;
    }
}
