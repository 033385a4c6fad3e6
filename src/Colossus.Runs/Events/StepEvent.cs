using System.Text.Json.Serialization;

namespace Colossus.Runs.Events;

/// <summary>A step was completed by all ranks.</summary>
/// <param name="Step">Completed steps, 1 or more.</param>
/// <param name="Loss">Mean cross-entropy in nats a token over the global batch; NaN (null in JSON) when not finite.</param>
/// <param name="TokensPerSecond">Tokens of the step divided by its wall time.</param>
/// <param name="ModelFlopsUtilization">Model FLOP/s as a share of the machine's measured matrix-product peak, 0 to 1; null when the peak is not known.</param>
/// <param name="FlopsPerSecond">Model FLOP/s; null when not known.</param>
/// <param name="GradientNorm">Global norm of the gradient before clipping.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="Tokens">Tokens of the step over all ranks.</param>
/// <param name="Seconds">Wall time of the step.</param>
/// <param name="Epoch">Generation of ranks that computed it, 0 or more.</param>
/// <param name="Skipped">Whether the update was left out because loss or gradient was not finite.</param>
/// <param name="Reason">Why it was skipped; null otherwise.</param>
/// <param name="VisibleTokens">Tokens that a token sees on average, itself included, where attention stays within documents; else null.</param>
/// <param name="ExpertLoads">Tokens that came to each expert, a list for each layer with experts; null, and left out of the line, for a dense model.</param>
public sealed record StepEvent(
    long Step,
    double Loss,
    double TokensPerSecond,
    double? ModelFlopsUtilization,
    double? FlopsPerSecond,
    double GradientNorm,
    double LearningRate,
    long Tokens,
    double Seconds,
    int Epoch,
    bool Skipped = false,
    string? Reason = null,
    double? VisibleTokens = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<IReadOnlyList<long>>? ExpertLoads = null) : RunEvent;
