using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Reads <c>train</c>.</summary>
internal static class TrainSection
{
    private const int defaultSteps = 300;
    private const int defaultGlobalBatch = 32;
    private const int defaultMicroBatch = 4;

    public static TrainSpec Read(YamlSection section, int replicas)
    {
        int steps = section.Whole("steps", defaultSteps);
        int globalBatch = section.Whole("globalBatch", GlobalBatchFor(replicas, section));
        var train = new TrainSpec(
            steps,
            globalBatch,
            section.Whole("microBatch", MicroBatchFor(globalBatch, replicas)),
            section.Choice("precision", Precision.Bf16),
            section.Choice("products", ProductFormat.Auto),
            ReadOptimizer(section.Section("optimizer"), steps),
            section.Natural("seed", 1),
            section.Whole("evaluateEvery", 0, least: 0),
            section.Whole("evaluateSequences", 64),
            section.Whole("threads", 0, least: 0, most: 1024),
            section.Choice("sums", GradientSums.Fast));
        section.End();
        return train;
    }

    private static OptimizerSpec ReadOptimizer(YamlSection section, int steps)
    {
        section.Word("name", ["adamw"]);
        var standard = new OptimizerSpec();
        var read = new OptimizerSpec(
            section.Between("learningRate", standard.LearningRate, 0, double.PositiveInfinity),
            section.Whole("warmup", Math.Min(standard.Warmup, steps / 10), least: 0),
            section.Choice("schedule", standard.Schedule),
            section.Real("minimumRate", standard.MinimumRate, 0, 1),
            section.Real("weightDecay", standard.WeightDecay, 0, 10),
            section.Between("beta1", standard.Beta1, 0, 1),
            section.Between("beta2", standard.Beta2, 0, 1),
            section.Between("epsilon", standard.Epsilon, 0, 1),
            section.Real("clip", standard.Clip, 0, 1e9));
        section.End();
        return read;
    }

    // Defaults fit the layout: with 3 replicas a step has 36 sequences, not 32.
    private static int GlobalBatchFor(int replicas, YamlSection section)
    {
        int unit = Math.Min(1 << 20, replicas);
        long atOnce = section.Has("microBatch") ? (long)unit * Math.Clamp(section.Whole("microBatch", 1), 1, 1 << 10) : unit;
        return (int)Math.Min(int.MaxValue, (defaultGlobalBatch + atOnce - 1) / atOnce * atOnce);
    }

    private static int MicroBatchFor(int globalBatch, int replicas)
    {
        int each = globalBatch / replicas;
        int microBatch = each == 0 ? 1 : defaultMicroBatch;
        while (microBatch > 1 && each % microBatch != 0)
        {
            microBatch--;
        }

        return microBatch;
    }
}
