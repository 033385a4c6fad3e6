namespace Colossus.Training.Engine;

/// <summary>The figures of one step.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Loss">Mean cross-entropy of the global batch, nats a token.</param>
/// <param name="GradientNorm">Norm of the whole gradient before clipping.</param>
/// <param name="LearningRate">The rate used.</param>
/// <param name="Tokens">Tokens of the global batch.</param>
/// <param name="Seconds">Time of the step.</param>
/// <param name="SkipReason">Why the weights were left as they were; null for a step that counted.</param>
public sealed record StepReport(long Step, double Loss, double GradientNorm, double LearningRate, long Tokens, double Seconds, string? SkipReason);
