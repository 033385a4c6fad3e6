using Colossus.Protocol;
using Colossus.Runs.Events;

namespace Colossus.Launch.Local;

/// <summary>Turns what rank 0 reports into events of the run, each only once: steps that are computed again after a fault are not new.</summary>
internal sealed class ReportEvents(long step)
{
    private long evaluated = -1;

    /// <summary>Completed steps.</summary>
    public long Step { get; private set; } = step;

    /// <summary>Loss of the last one.</summary>
    public double? Loss { get; private set; }

    /// <summary>Last evaluation.</summary>
    public double? BitsPerByte { get; private set; }

    /// <summary>The event of a report; null when it is none, or none anew.</summary>
    public RunEvent? Of(RankReport report)
    {
        switch (report)
        {
            case StepReport done when done.Step > Step:
                Step = done.Step;
                Loss = done.Loss;
                return new StepEvent(
                    done.Step, done.Loss, done.Seconds > 0 ? done.Tokens / done.Seconds : 0, null, null, done.GradientNorm,
                    done.LearningRate, done.Tokens, done.Seconds, done.Epoch, done.SkipReason is not null, done.SkipReason, done.VisibleTokens, done.ExpertLoads);
            case EvaluationReport evaluation when evaluation.Step > evaluated:
                evaluated = evaluation.Step;
                BitsPerByte = evaluation.BitsPerByte;
                return new EvaluationEvent(evaluation.Step, evaluation.Loss, evaluation.BitsPerByte);
            case CheckpointReport checkpoint:
                return new CheckpointEvent(checkpoint.Step, checkpoint.Path, checkpoint.Bytes, checkpoint.Seconds, checkpoint.StallSeconds, checkpoint.MadeRoom);
            case CheckpointFailedReport failed:
                return new CheckpointFailedEvent(failed.Step, failed.Error);
            case CheckpointPostponedReport postponed:
                return new CheckpointPostponedEvent(postponed.Step, postponed.Reason);
            case TextReport text:
                return new TextEvent(text.Prompt, text.Text);
            default:
                return null;
        }
    }
}
