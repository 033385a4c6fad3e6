using System.Globalization;
using System.Text;

namespace Colossus.Specs.Jobs;

/// <summary>Writes a job with all its values, as a file that <see cref="JobReader"/> reads back to the same job.</summary>
public static class JobWriter
{
    /// <summary>The job as YAML.</summary>
    public static string Write(JobSpec job)
    {
        var (model, data, train, parallel) = (job.Model, job.Data, job.Train, job.Parallel);
        var text = new StringBuilder();
        text.AppendLine($"name: {(char.IsAsciiLetterOrDigit(job.Name[0]) ? job.Name : Quoted(job.Name))}");
        text.AppendLine("model:");
        text.AppendLine($"  layers: {model.Layers}\n  hidden: {model.Hidden}\n  heads: {model.Heads}\n  kvHeads: {model.KvHeads}\n  headWidth: {model.HeadWidth}");
        text.AppendLine($"  ffn: {model.Ffn}\n  activation: {Word(model.Activation)}\n  vocab: {model.Vocab}\n  sequence: {model.Sequence}");
        text.AppendLine($"  tiedHead: {Word(model.TiedHead)}\n  ropeBase: {Number(model.RopeBase)}\n  normEpsilon: {Number(model.NormEpsilon)}");
        if (model.Experts is { } experts)
        {
            text.AppendLine($"  experts: {{ count: {experts.Count}, active: {experts.Active}, shared: {experts.Shared}, ffn: {experts.Ffn} }}");
        }

        text.AppendLine("data:");
        text.AppendLine($"  source: [{string.Join(", ", data.Sources.Select(Quoted))}]\n  tokenizer: {Quoted(data.Tokenizer)}\n  field: {Quoted(data.Field)}");
        text.AppendLine($"  holdout: {Number(data.Holdout)}");
        if (data.Cache is not null)
        {
            text.AppendLine($"  cache: {Quoted(data.Cache)}");
        }

        text.AppendLine("train:");
        text.AppendLine($"  steps: {train.Steps}\n  globalBatch: {train.GlobalBatch}\n  microBatch: {train.MicroBatch}");
        text.AppendLine($"  precision: {Word(train.Precision)}\n  products: {Word(train.Products)}");
        var optimizer = train.Optimizer;
        text.AppendLine($"  optimizer:\n    name: adamw\n    learningRate: {Number(optimizer.LearningRate)}\n    warmup: {optimizer.Warmup}");
        text.AppendLine($"    schedule: {Word(optimizer.Schedule)}\n    minimumRate: {Number(optimizer.MinimumRate)}\n    weightDecay: {Number(optimizer.WeightDecay)}");
        text.AppendLine($"    beta1: {Number(optimizer.Beta1)}\n    beta2: {Number(optimizer.Beta2)}\n    epsilon: {Number(optimizer.Epsilon)}\n    clip: {Number(optimizer.Clip)}");
        text.AppendLine($"  seed: {train.Seed}\n  evaluateEvery: {train.EvaluateEvery}\n  evaluateSequences: {train.EvaluateSequences}\n  threads: {train.Threads}");
        text.AppendLine("parallel:");
        text.AppendLine($"  data: {parallel.Data}\n  tensor: {parallel.Tensor}\n  pipeline: {parallel.Pipeline}\n  virtualStages: {parallel.VirtualStages}");
        text.AppendLine($"  context: {parallel.Context}\n  expert: {parallel.Expert}\n  zero: {parallel.Zero}\n  sequenceParallel: {Word(parallel.SequenceParallel)}");
        text.AppendLine($"  recompute: {Word(parallel.Recompute)}\n  schedule: {Word(parallel.Schedule)}");
        text.AppendLine($"checkpoint:\n  every: {job.Checkpoint.Every}\n  keep: {job.Checkpoint.Keep}");
        text.AppendLine($"resilience:\n  heartbeat: {Number(job.Resilience.Heartbeat.TotalSeconds)}s\n  spares: {job.Resilience.Spares}");
        text.AppendLine($"  maxRestarts: {job.Resilience.MaxRestarts}\n  snapshotEvery: {job.Resilience.SnapshotEvery}");
        if (job.Workload is not null)
        {
            text.AppendLine($"workload:\n  command: [{string.Join(", ", job.Workload.Command.Select(Quoted))}]");
        }

        return text.ToString();
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    // Line ends and control characters only survive between double quotes, as escapes.
    private static string Quoted(string text) => text.Any(NeedsEscape)
        ? $"\"{string.Concat(text.Select(letter => NeedsEscape(letter) || letter is '"' or '\\' ? $"\\u{(int)letter:x4}" : $"{letter}"))}\""
        : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static bool NeedsEscape(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029' or '\ufeff';

    private static string Word(bool value) => value ? "true" : "false";

    private static string Word(Enum value) => value switch
    {
        PipelineSchedule.OneForwardOneBackward => "1f1b",
        PipelineSchedule.ZeroBubble => "zero-bubble",
        Activation.SquaredRelu => "squared-relu",
        _ => value.ToString().ToLowerInvariant(),
    };
}
