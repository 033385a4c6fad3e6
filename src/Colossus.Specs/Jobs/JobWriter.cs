using System.Globalization;
using System.Text;

namespace Colossus.Specs.Jobs;

/// <summary>Writes a job with all its values, as a file that <see cref="JobReader"/> reads back to an equal job.</summary>
public static class JobWriter
{
    /// <summary>The job as YAML; lines end with LF on every system.</summary>
    public static string Write(JobSpec job)
    {
        var text = new StringBuilder();
        text.Append($"name: {Text(job.Name)}\n");
        if (job.Model != ModelSpec.None)
        {
            WriteModel(text, job.Model);
        }

        WriteData(text, job.Data);
        WriteTrain(text, job.Train);
        WriteParallel(text, job.Parallel);
        text.Append($"checkpoint:\n  every: {(job.Checkpoint.Auto ? "auto" : job.Checkpoint.Every)}\n  keep: {job.Checkpoint.Keep}\n");
        var resilience = job.Resilience;
        text.Append($"resilience:\n  heartbeat: {Time(resilience.Heartbeat)}\n  spares: {resilience.Spares}\n");
        text.Append($"  maxRestarts: {resilience.MaxRestarts}\n  snapshotEvery: {resilience.SnapshotEvery}\n");
        if (job.Workload is { } workload)
        {
            text.Append($"workload:\n  command: {Texts(workload.Command)}\n");
        }

        return text.ToString();
    }

    private static void WriteModel(StringBuilder text, ModelSpec model)
    {
        text.Append("model:\n");
        text.Append($"  layers: {model.Layers}\n  hidden: {model.Hidden}\n  heads: {model.Heads}\n  kvHeads: {model.KvHeads}\n  headWidth: {model.HeadWidth}\n");
        text.Append($"  ffn: {model.Ffn}\n  activation: {EnumWords.Of(model.Activation)}\n  vocab: {model.Vocab}\n  sequence: {model.Sequence}\n");
        text.Append($"  tiedHead: {Flag(model.TiedHead)}\n  ropeBase: {Number(model.RopeBase)}\n  normEpsilon: {Number(model.NormEpsilon)}\n");
        text.Append($"  norm: {EnumWords.Of(model.Norm)}\n  postNorm: {Flag(model.PostNorm)}\n  biases: {Flag(model.Biases)}\n  queryKeyNorm: {Flag(model.QueryKeyNorm)}\n");
        text.Append($"  positions: {EnumWords.Of(model.Positions)}\n  rotaryShare: {Number(model.RotaryShare)}\n");
        if (model.RopeScaling is { } scaling)
        {
            text.Append($"  ropeScaling: {{ kind: {EnumWords.Of(scaling.Kind)}, factor: {Number(scaling.Factor)}, lowFrequency: {Number(scaling.LowFrequency)}, ");
            text.Append($"highFrequency: {Number(scaling.HighFrequency)}, originalSequence: {scaling.OriginalSequence}, scoreGrowth: {Number(scaling.ScoreGrowth)} }}\n");
        }

        if (model.Latent is { } latent)
        {
            text.Append($"  latent: {{ queryRank: {latent.QueryRank}, keyValueRank: {latent.KeyValueRank}, rotaryWidth: {latent.RotaryWidth}, ");
            text.Append($"plainWidth: {latent.PlainWidth}, valueWidth: {latent.ValueWidth} }}\n");
        }

        text.Append($"  scoreCap: {Number(model.ScoreCap)}\n  embeddingScale: {Number(model.EmbeddingScale)}\n  logitScale: {Number(model.LogitScale)}\n");
        if (model.Experts is { } experts)
        {
            text.Append($"  experts: {{ count: {experts.Count}, active: {experts.Active}, shared: {experts.Shared}, ffn: {experts.Ffn}, router: {EnumWords.Of(experts.Router)}, renormalize: {Flag(experts.Renormalize)}, scale: {Number(experts.Scale)}, ");
            text.Append($"groups: {experts.Groups}, activeGroups: {experts.ActiveGroups}, denseLayers: {experts.DenseLayers}, capacity: {Number(experts.Capacity)}, ");
            text.Append($"balanceLoss: {Number(experts.BalanceLoss)}, zLoss: {Number(experts.ZLoss)}, biasRate: {Number(experts.BiasRate)} }}\n");
        }
    }

    private static void WriteData(StringBuilder text, DataSpec data)
    {
        text.Append($"data:\n  source: {Texts(data.Sources)}\n  tokenizer: {Text(data.Tokenizer)}\n  field: {Text(data.Field)}\n  holdout: {Number(data.Holdout)}\n  onBadLine: {EnumWords.Of(data.OnBadLine)}\n  attention: {EnumWords.Of(data.Attention)}\n");
        if (data.Cache is not null)
        {
            text.Append($"  cache: {Text(data.Cache)}\n");
        }

        if (data.Exclude.Count > 0)
        {
            text.Append("  exclude:\n");
        }

        foreach (var rule in data.Exclude)
        {
            var parts = new (string Key, string? Value)[]
            {
                ("source", rule.Source), ("region", rule.Region), ("collectedAt", rule.CollectedAt), ("consent", rule.Consent), ("subject", rule.Subject),
            };
            text.Append($"    - {{ {string.Join(", ", parts.Where(static part => part.Value is not null).Select(static part => $"{part.Key}: {Text(part.Value!)}"))} }}\n");
        }
    }

    private static void WriteTrain(StringBuilder text, TrainSpec train)
    {
        text.Append($"train:\n  steps: {train.Steps}\n  globalBatch: {train.GlobalBatch}\n  microBatch: {train.MicroBatch}\n");
        text.Append($"  precision: {EnumWords.Of(train.Precision)}\n  products: {EnumWords.Of(train.Products)}\n");
        var optimizer = train.Optimizer;
        text.Append($"  optimizer:\n    name: adamw\n    learningRate: {Number(optimizer.LearningRate)}\n    warmup: {optimizer.Warmup}\n");
        text.Append($"    schedule: {EnumWords.Of(optimizer.Schedule)}\n    minimumRate: {Number(optimizer.MinimumRate)}\n    weightDecay: {Number(optimizer.WeightDecay)}\n");
        text.Append($"    beta1: {Number(optimizer.Beta1)}\n    beta2: {Number(optimizer.Beta2)}\n    epsilon: {Number(optimizer.Epsilon)}\n    clip: {Number(optimizer.Clip)}\n");
        text.Append($"  seed: {train.Seed}\n  evaluateEvery: {train.EvaluateEvery}\n  evaluateSequences: {train.EvaluateSequences}\n  threads: {train.Threads}\n  sums: {EnumWords.Of(train.Sums)}\n");
    }

    private static void WriteParallel(StringBuilder text, ParallelSpec parallel)
    {
        text.Append($"parallel:\n  data: {parallel.Data}\n  tensor: {parallel.Tensor}\n  pipeline: {parallel.Pipeline}\n  virtualStages: {parallel.VirtualStages}\n");
        text.Append($"  context: {parallel.Context}\n  expert: {parallel.Expert}\n  zero: {parallel.Zero}\n  sequenceParallel: {Flag(parallel.SequenceParallel)}\n");
        text.Append($"  recompute: {EnumWords.Of(parallel.Recompute)}\n  schedule: {EnumWords.Of(parallel.Schedule)}\n");
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Flag(bool value) => value ? "true" : "false";

    // Ticks are tenths of microseconds: as a decimal they are written without loss.
    private static string Time(TimeSpan value) => (value.Ticks / (decimal)TimeSpan.TicksPerSecond).ToString("0.#######", CultureInfo.InvariantCulture) + "s";

    private static string Texts(IReadOnlyList<string> values) => $"[{string.Join(", ", values.Select(Text))}]";

    /// <summary>A text as YAML: in double quotes, with escapes for what is not a visible letter.</summary>
    private static string Text(string value)
    {
        if (value.Length > 0 && char.IsAsciiLetter(value[0]) && value.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/')
            && value.ToLowerInvariant() is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off"))
        {
            return value;
        }

        var quoted = new StringBuilder("\"");
        foreach (var letter in value.EnumerateRunes())
        {
            quoted.Append(letter.Value switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                < ' ' or (>= 0x7f and <= 0xa0) or 0x2028 or 0x2029 or 0xfeff or > 0xffff => $"\\U{letter.Value:x8}",
                _ => letter.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
