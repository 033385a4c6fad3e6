using System.Collections.Concurrent;
using Colossus.Plan.Traces;
using Colossus.Protocol;
using Colossus.Specs.Jobs;
using Colossus.Training.Engine;

namespace Colossus.Training.Tests.Engine;

/// <summary>What rank 0 reports of a <see cref="SmallJob"/>'s run, and what all ranks did.</summary>
internal sealed class SmallRun : IStepTrace
{
    private readonly List<StepReport> steps = [];
    private readonly List<(long Step, string Reason)> postponed = [];
    private readonly List<long> saved = [];
    private readonly ConcurrentQueue<StepSpan> spans = [];

    public IReadOnlyList<StepReport> Steps => steps;

    public IReadOnlyList<(long Step, string Reason)> Postponed => postponed;

    public IReadOnlyList<long> Saved => saved;

    /// <summary>Fingerprint of the final weights.</summary>
    public string Weights => Result!.WeightsSha256;

    /// <summary>Steps after which held-out text was evaluated.</summary>
    public List<long> Evaluations { get; } = [];

    public RankResult? Result { get; set; }

    /// <summary>The job as it was read.</summary>
    public JobSpec? Job { get; set; }

    /// <summary>What all ranks did, in the order in which it ended.</summary>
    public IReadOnlyCollection<StepSpan> Spans => spans;

    /// <summary>The step behind which the run is asked to stop; 0 for none.</summary>
    public long StopAfter { get; init; }

    /// <summary>The last step that was told of; 0 before the first.</summary>
    public long LastStep => steps.Count == 0 ? 0 : steps[^1].Step;

    /// <summary>Called for each step that rank 0 tells of.</summary>
    public Action<long>? AfterStep { get; set; }

    /// <summary>Trains a job given by its settings.</summary>
    public static SmallRun Train(params string[] settings) => Train((_, _) => { }, settings);

    /// <summary>The same; whatever happens, the run and its checkpoints are shown before they are removed.</summary>
    public static SmallRun Train(Action<SmallRun, string> show, params string[] settings)
    {
        using var job = new SmallJob();
        var run = new SmallRun();
        string checkpoints = job.Checkpoints;
        try
        {
            job.Train(run, settings);
            return run;
        }
        finally
        {
            show(run, checkpoints);
        }
    }

    /// <summary>Mean training loss of the last steps.</summary>
    public double LastLoss(int count) => steps.TakeLast(count).Average(step => step.Loss);

    public void Record(StepSpan span) => spans.Enqueue(span);

    /// <summary>Takes a report of rank 0.</summary>
    public void Take(RankReport report)
    {
        switch (report)
        {
            case StepReport step:
                steps.Add(step);
                AfterStep?.Invoke(step.Step);
                break;
            case EvaluationReport evaluation:
                Evaluations.Add(evaluation.Step);
                break;
            case CheckpointReport checkpoint:
                saved.Add(checkpoint.Step);
                break;
            case CheckpointFailedReport failed:
                Assert.Fail(failed.Error);
                break;
            case CheckpointPostponedReport postponement:
                postponed.Add((postponement.Step, postponement.Reason));
                break;
        }
    }
}
