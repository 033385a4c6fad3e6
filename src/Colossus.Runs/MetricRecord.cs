using System.Text.Json.Serialization;

namespace Colossus.Runs;

/// <summary>
/// The numbers of one step: a line of <c>metrics.jsonl</c>. A session that goes on from a checkpoint computes the steps behind it again: of a step
/// with several lines the one of the last session counts, which is also the last line of it.
/// </summary>
/// <param name="Step">Completed steps, 1 or more.</param>
/// <param name="Loss">Mean cross-entropy in nats a token; NaN (null in JSON) when not finite.</param>
/// <param name="GradientNorm">Global norm of the gradient before clipping.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="Tokens">Tokens of the step over all ranks.</param>
/// <param name="Seconds">Wall time of the step.</param>
/// <param name="ModelFlopsUtilization">Share of the machine's measured matrix-product peak, 0 to 1; null when not known.</param>
/// <param name="Session">The session that computed it: 0 for the first, 1 more at each resume.</param>
/// <param name="Epoch">Generation of ranks within the session, 1 more at each recovery.</param>
/// <param name="VisibleTokens">Tokens that a token sees on average, itself included, where attention stays within documents; else null.</param>
/// <param name="ExpertLoads">Tokens that came to each expert, a list for each layer with experts; null, and left out of the line, for a dense model.</param>
public sealed record MetricRecord(
    long Step,
    double Loss,
    double GradientNorm,
    double LearningRate,
    long Tokens,
    double Seconds,
    double? ModelFlopsUtilization,
    int Session = 0,
    int Epoch = 0,
    double? VisibleTokens = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<IReadOnlyList<long>>? ExpertLoads = null);
