using Colossus.Specs.Jobs;

namespace Colossus.Plan.Schedules;

/// <summary>The learning rate of a step.</summary>
public static class LearningRate
{
    /// <summary>Linear warm-up, then the schedule.</summary>
    /// <param name="optimizer">Peak, warm-up, schedule and minimum.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="steps">The run's last step.</param>
    /// <returns>The rate; the peak at the end of the warm-up, <c>minimumRate</c> of it at the last step of cosine and linear.</returns>
    public static double At(OptimizerSpec optimizer, long step, long steps)
    {
        if (step <= optimizer.Warmup)
        {
            return optimizer.LearningRate * step / optimizer.Warmup;
        }

        double progress = steps > optimizer.Warmup ? (double)(step - optimizer.Warmup) / (steps - optimizer.Warmup) : 1;
        double share = optimizer.Schedule switch
        {
            Schedule.Cosine => 0.5 * (1 + Math.Cos(Math.PI * progress)),
            Schedule.Linear => 1 - progress,
            _ => 1,
        };
        return optimizer.LearningRate * (optimizer.MinimumRate + ((1 - optimizer.MinimumRate) * share));
    }
}
