using System.Globalization;
using Colossus.Plan.Schedules;
using Colossus.Runs;
using Colossus.Specs.Jobs;

namespace Colossus.Cli.Train;

/// <summary>A learning rate that jumps where a run goes on, since its schedule was changed: more steps stretch it.</summary>
internal static class RateChange
{
    private const double LeastShare = 0.01;

    /// <summary>Says so, in one line.</summary>
    /// <param name="folder">The run; its metrics tell the rate of the last step.</param>
    /// <param name="step">The last completed step that counts, 1 or more.</param>
    /// <param name="train">How it goes on.</param>
    /// <returns>Null when the schedule leads through the rate of that step, to 1 %, or the rate is not recorded.</returns>
    public static string? Describe(RunFolder folder, long step, TrainSpec train)
    {
        if (RunReader.Metrics(folder).LastOrDefault(record => record.Step == step)?.LearningRate is not { } last
            || Math.Abs(LearningRate.At(train.Optimizer, step, train.Steps) - last) <= LeastShare * last)
        {
            return null;
        }

        var next = LearningRate.At(train.Optimizer, step + 1, train.Steps);
        var factor = last > 0 ? $" (×{Number(next / last)})" : "";
        return $"the learning rate jumps from {Number(last)} at step {step} to {Number(next)} at step {step + 1}{factor}: train.steps or train.optimizer is not what it was then";
    }

    private static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
