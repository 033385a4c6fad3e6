using Colossus.Plan.Layouts;
using Colossus.Runs.Events;

namespace Colossus.Cli.Train;

/// <summary>What is known of a run at a moment: the sum of its events, from which every display is drawn. Safe for use by several threads.</summary>
internal sealed class TrainView
{
    private const int MostLosses = 512;
    private const int MostHappenings = 5;
    private const double Smoothing = 0.1;

    private readonly Lock gate = new();
    private readonly List<double> losses = [];
    private readonly Queue<string> happenings = new();
    private int stride = 1;
    private long stepsSeen;
    private double secondsPerStep;

    /// <summary>The beginning of this session; null before it.</summary>
    public StartedEvent? Started { get; private set; }

    /// <summary>How the ranks of this session lie.</summary>
    public RankAxes Axes => Started?.Grid ?? new RankAxes();

    /// <summary>The last completed step; null before the first.</summary>
    public StepEvent? Step { get; private set; }

    /// <summary>The last evaluation; null before the first.</summary>
    public EvaluationEvent? Evaluation { get; private set; }

    /// <summary>The last checkpoint of this session; null before the first.</summary>
    public CheckpointEvent? Checkpoint { get; private set; }

    /// <summary>The end; null before it.</summary>
    public FinishedEvent? Finished { get; private set; }

    /// <summary>What the model wrote at the end; null before it.</summary>
    public TextEvent? Text { get; private set; }

    /// <summary>Ranks and spare processes.</summary>
    public IReadOnlyList<RankView> Ranks { get; private set; } = [];

    /// <summary>What the run is waiting for while no step is computed; null while steps are.</summary>
    public string? Phase { get; private set; } = "starting ranks";

    /// <summary>Takes note of an event.</summary>
    public void Apply(RunEvent runEvent)
    {
        lock (gate)
        {
            switch (runEvent)
            {
                case StartedEvent started:
                    Started = started;
                    break;
                case StepEvent step:
                    Take(step);
                    break;
                case EvaluationEvent evaluation:
                    Evaluation = evaluation;
                    break;
                case CheckpointEvent checkpoint:
                    Checkpoint = checkpoint;
                    break;
                case FinishedEvent finished:
                    Finished = finished;
                    Phase = null;
                    break;
                case TextEvent text:
                    Text = text;
                    break;
                case FaultEvent:
                    Phase = "recovering";
                    break;
            }

            if (EventText.Line(runEvent, Axes) is { } line && runEvent is not StepEvent { Skipped: false } and not StartedEvent and not FinishedEvent and not TextEvent)
            {
                happenings.Enqueue(line);
                while (happenings.Count > MostHappenings)
                {
                    happenings.Dequeue();
                }
            }
        }
    }

    /// <summary>Takes note of what the ranks are doing.</summary>
    public void Apply(IReadOnlyList<RankView> ranks)
    {
        lock (gate)
        {
            Ranks = ranks;
        }
    }

    /// <summary>What the run is waiting for, or null.</summary>
    public void Wait(string? phase)
    {
        lock (gate)
        {
            Phase = phase;
        }
    }

    /// <summary>The course of the loss, thinned to a bounded number of points.</summary>
    public IReadOnlyList<double> Losses
    {
        get
        {
            lock (gate)
            {
                return [.. losses];
            }
        }
    }

    /// <summary>What happened lately, oldest first.</summary>
    public IReadOnlyList<string> Happenings
    {
        get
        {
            lock (gate)
            {
                return [.. happenings];
            }
        }
    }

    /// <summary>Seconds until the last step at the present pace; null before the first.</summary>
    public double? SecondsLeft => Step is { } step && Started is { } started ? Math.Max(0, started.Steps - step.Step) * secondsPerStep : null;

    private void Take(StepEvent step)
    {
        Step = step;
        Phase = null;
        secondsPerStep = stepsSeen == 0 ? step.Seconds : ((1 - Smoothing) * secondsPerStep) + (Smoothing * step.Seconds);
        if (stepsSeen++ % stride == 0)
        {
            losses.Add(step.Loss);
        }

        if (losses.Count > MostLosses)
        {
            // Every other point goes; from now on only every other step is kept.
            for (var index = 1; index < losses.Count; index++)
            {
                losses.RemoveAt(index);
            }

            stride *= 2;
        }
    }
}
