using Colossus.Launch.Protocol;
using Colossus.Training.Engine;

namespace Colossus.Worker;

/// <summary>Passes what happens on to the supervisor.</summary>
/// <param name="channel">The connection.</param>
/// <param name="epoch">The epoch it happens in.</param>
/// <param name="stepDone">Hears of completed steps.</param>
internal sealed class ReportingObserver(RankChannel channel, int epoch, Action<long> stepDone) : IStepObserver
{
    /// <inheritdoc/>
    public void Joined(long step)
    {
        stepDone(step);
        channel.Report(new JoinedReport(epoch, step));
    }

    /// <inheritdoc/>
    public void StepDone(Training.Engine.StepReport report)
    {
        stepDone(report.Step);
        channel.Report(new Launch.Protocol.StepReport(
            epoch,
            report.Step,
            report.Loss,
            report.GradientNorm,
            report.LearningRate,
            report.Tokens,
            report.Seconds,
            report.SkipReason is not null,
            report.SkipReason));
    }

    /// <inheritdoc/>
    public void Evaluated(long step, double loss, double bitsPerByte) => channel.Report(new EvaluationReport(step, loss, bitsPerByte));

    /// <inheritdoc/>
    public void CheckpointDone(Training.Engine.CheckpointReport report) => channel.Report(new Launch.Protocol.CheckpointReport(
        report.Step, report.Path, report.Bytes, report.Seconds, report.StallSeconds, report.MadeRoom.Count == 0 ? null : report.MadeRoom));

    /// <inheritdoc/>
    public void CheckpointFailed(long step, string error) => channel.Report(new CheckpointFailedReport(step, error));

    /// <inheritdoc/>
    public void CheckpointPostponed(long step, string reason) => channel.Report(new CheckpointPostponedReport(step, reason));

    /// <inheritdoc/>
    public void Wrote(string prompt, string text) => channel.Report(new TextReport(prompt, text));
}
