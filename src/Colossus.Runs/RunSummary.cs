using Colossus.Plan.Layouts;
using Colossus.Runs.Events;
using Colossus.Runs.Time;

namespace Colossus.Runs;

/// <summary>A run at a glance, all sessions together.</summary>
/// <param name="Run">Full path of the folder.</param>
/// <param name="Status"><c>completed</c>, <c>stopped</c>, <c>failed</c>, <c>unsaved</c> (the weights of the end are not on disk), <c>running</c>, or <c>interrupted</c> when its supervisor died.</param>
/// <param name="Steps">Completed steps.</param>
/// <param name="SavedStep">Step of the newest checkpoint that was told of; null without one.</param>
/// <param name="FirstLoss">Loss of the first recorded step, nats a token; null without steps.</param>
/// <param name="LastLoss">Loss of the last recorded step; null without steps.</param>
/// <param name="BitsPerByte">Last evaluation; null when there was none.</param>
/// <param name="MedianTokensPerSecond">Median over steps; null without steps.</param>
/// <param name="MedianUtilization">Median share of the machine's matrix-product peak, 0 to 1; null when not known.</param>
/// <param name="ExpertLoad">How evenly experts were loaded in the last recorded step; null for a dense model.</param>
/// <param name="Faults">Ranks lost.</param>
/// <param name="Sessions">Supervisors that worked on it.</param>
/// <param name="Time">Where the time of each rank went.</param>
/// <param name="Axes">How the ranks of the last session lie on the axes of its layout.</param>
/// <param name="Numerics">What decided about the bits of its weights; null when not recorded.</param>
/// <param name="End">How the last session ended; null when it has not, or its supervisor died.</param>
/// <param name="Text">What the model wrote at that end; null when it did not.</param>
public sealed record RunSummary(
    string Run,
    string Status,
    long Steps,
    long? SavedStep,
    double? FirstLoss,
    double? LastLoss,
    double? BitsPerByte,
    double? MedianTokensPerSecond,
    double? MedianUtilization,
    ExpertLoad? ExpertLoad,
    int Faults,
    int Sessions,
    TimeTable Time,
    RankAxes Axes,
    Numerics? Numerics,
    FinishedEvent? End,
    TextEvent? Text)
{
    /// <summary>Tokens of its document that a token sees, itself included, the mean over steps; null where attention does not stay within documents.</summary>
    public double? VisibleTokens { get; init; }

    /// <summary>Reads a run folder.</summary>
    /// <param name="folder">The run, which may be going on.</param>
    public static RunSummary Read(RunFolder folder)
    {
        var metrics = RunReader.Metrics(folder);
        StartedEvent? session = null;
        FinishedEvent? finished = null;
        TextEvent? text = null;
        EvaluationEvent? evaluation = null;
        int faults = 0, sessions = 0;
        long step = 0;
        long? saved = null;
        foreach (var runEvent in RunReader.Events(folder))
        {
            switch (runEvent)
            {
                case StartedEvent started:
                    sessions++;
                    session = started;
                    finished = null;
                    text = null;
                    saved = started.ResumedFrom;
                    step = started.ResumedFrom ?? 0;
                    break;
                case StepEvent done:
                    step = done.Step;
                    break;
                case CheckpointEvent checkpoint:
                    saved = checkpoint.Step;
                    break;
                case FinishedEvent last:
                    finished = last;
                    saved = last.SavedStep ?? saved;
                    break;
                case EvaluationEvent latest:
                    evaluation = latest;
                    break;
                case TextEvent written:
                    text = written;
                    break;
                case FaultEvent:
                    faults++;
                    break;
            }
        }

        return new RunSummary(
            folder.Path,
            finished?.Status ?? (folder.LivingSupervisor() is null ? "interrupted" : "running"),
            finished?.Steps ?? step,
            saved,
            metrics.Count == 0 ? null : metrics[0].Loss,
            metrics.Count == 0 ? null : metrics[^1].Loss,
            evaluation?.BitsPerByte,
            Median(metrics.Where(step => step.Seconds > 0).Select(step => step.Tokens / step.Seconds)),
            Median(metrics.Select(step => step.ModelFlopsUtilization).OfType<double>()),
            ExpertLoad.Of(metrics.LastOrDefault(step => step.ExpertLoads is not null)?.ExpertLoads),
            faults,
            sessions,
            TimeTable.From(RunReader.Time(folder)),
            session?.Grid ?? new RankAxes(),
            session?.Numerics,
            finished,
            text)
        {
            VisibleTokens = metrics.Average(step => step.VisibleTokens),
        };
    }

    private static double? Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
