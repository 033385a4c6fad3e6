using Colossus.Specs.Diagnostics;
using Colossus.Specs.Yaml;

namespace Colossus.Specs.Jobs;

/// <summary>Reads <c>train</c>.</summary>
internal sealed class TrainSectionReader(YamlSection section)
{
    public YamlSection Section => section;

    public TrainSpec Read()
    {
        int steps = section.Whole("steps", 300);
        var train = new TrainSpec(
            steps,
            section.Whole("globalBatch", 32),
            section.Whole("microBatch", 4),
            section.Choice(
                "precision",
                Precision.Bf16,
                ("bf16", Precision.Bf16),
                ("fp32", Precision.Fp32),
                ("autocast", Precision.Autocast),
                ("fp8", Precision.Fp8)),
            section.Choice("products", ProductFormat.Auto, ("auto", ProductFormat.Auto), ("bf16", ProductFormat.Bf16), ("fp32", ProductFormat.Fp32)),
            ReadOptimizer(steps),
            (ulong)section.Whole("seed", 1, least: 0),
            section.Whole("evaluateEvery", 0, least: 0),
            section.Whole("evaluateSequences", 64),
            section.Whole("threads", 0, least: 0, most: 1024));
        section.End();
        return train;
    }

    private OptimizerSpec ReadOptimizer(int steps)
    {
        var optimizer = section.Section("optimizer");
        if (optimizer.Text("name") is { } name && name != "adamw")
        {
            optimizer.Report("name", ErrorCode.NotAllowed, $"train.optimizer.name is '{name}'; use adamw");
        }

        var standard = new OptimizerSpec();
        var read = new OptimizerSpec(
            optimizer.Real("learningRate", standard.LearningRate, 1e-12, 10),
            optimizer.Whole("warmup", Math.Min(standard.Warmup, steps / 10), least: 0),
            optimizer.Choice("schedule", Schedule.Cosine, ("cosine", Schedule.Cosine), ("linear", Schedule.Linear), ("constant", Schedule.Constant)),
            optimizer.Real("minimumRate", standard.MinimumRate, 0, 1),
            optimizer.Real("weightDecay", standard.WeightDecay, 0, 10),
            optimizer.Real("beta1", standard.Beta1, 0, 0.9999999),
            optimizer.Real("beta2", standard.Beta2, 0, 0.9999999),
            optimizer.Real("epsilon", standard.Epsilon, 1e-30, 1),
            optimizer.Real("clip", standard.Clip, 0, 1e9));
        optimizer.End();
        return read;
    }
}
