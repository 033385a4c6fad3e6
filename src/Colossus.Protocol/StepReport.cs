namespace Colossus.Protocol;

/// <summary>A step is completed and kept; sent by rank 0.</summary>
/// <param name="Step">Completed steps, this one included.</param>
/// <param name="Loss">Mean cross-entropy over the global batch, nats a token.</param>
/// <param name="GradientNorm">Global norm of the gradient before clipping.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="Tokens">Tokens of the step over all ranks.</param>
/// <param name="Seconds">Wall time of the step.</param>
/// <param name="SkipReason">Why the weights were left as they were; null for a step that counted.</param>
/// <param name="VisibleTokens">Tokens that a token sees on average, itself included, where attention stays within documents; else null.</param>
/// <param name="ExpertLoads">Tokens that came to each expert, a list for each layer with experts; null for a dense model.</param>
public sealed record StepReport(
    long Step,
    double Loss,
    double GradientNorm,
    double LearningRate,
    long Tokens,
    double Seconds,
    string? SkipReason = null,
    double? VisibleTokens = null,
    IReadOnlyList<IReadOnlyList<long>>? ExpertLoads = null) : RankReport;
