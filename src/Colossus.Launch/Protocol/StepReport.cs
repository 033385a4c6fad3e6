namespace Colossus.Launch.Protocol;

/// <summary>A step is completed and kept; sent by rank 0.</summary>
/// <param name="Epoch">The epoch that computed it.</param>
/// <param name="Step">Completed steps, this one included.</param>
/// <param name="Loss">Mean cross-entropy over the global batch, nats a token.</param>
/// <param name="GradientNorm">Global norm of the gradient before clipping.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="Tokens">Tokens of the step over all ranks.</param>
/// <param name="Seconds">Wall time of the step.</param>
/// <param name="Skipped">Whether the update was left out because something was not finite.</param>
/// <param name="Reason">Why it was skipped; null otherwise.</param>
public sealed record StepReport(
    int Epoch,
    long Step,
    double Loss,
    double GradientNorm,
    double LearningRate,
    long Tokens,
    double Seconds,
    bool Skipped = false,
    string? Reason = null) : RankReport;
