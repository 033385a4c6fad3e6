namespace Colossus.Cli.Train;

/// <summary>
/// What may change when a run is continued: how it runs and how long, not what it computes. Where text and shards lie may change: that they are the
/// same is seen from their hash.
/// </summary>
internal static class ResumeRules
{
    private static readonly string[] Free =
        ["data.source", "data.cache", "train.steps", "train.evaluateEvery", "train.evaluateSequences", "train.microBatch", "train.threads", "train.optimizer.", "parallel.", "checkpoint.", "resilience."];

    /// <summary>The mistakes among settings of <c>--set</c>; empty when all may change.</summary>
    public static IReadOnlyList<string> Mistakes(IReadOnlyList<string> settings) =>
    [
        .. settings.Select(setting => setting.Split('=', 2)[0].Trim())
            .Where(key => !Free.Any(free => free.EndsWith('.') ? key.StartsWith(free, StringComparison.Ordinal) : key == free))
            .Select(key => $"--set {key}: a continued run keeps its model, data, batch, precision and seed; begin a new run to change them"),
    ];
}
