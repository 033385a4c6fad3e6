using Colossus.Plan.Schedules;

namespace Colossus.Plan.Traces;

/// <summary>How kinds of spans are shown, and when they are recorded.</summary>
public static class SpanKinds
{
    /// <summary>The kind of a training pass.</summary>
    /// <param name="pass">The pass.</param>
    public static SpanKind Of(PassKind pass) => pass switch
    {
        PassKind.Forward => SpanKind.Forward,
        PassKind.Backward => SpanKind.Backward,
        _ => SpanKind.WeightGradient,
    };

    /// <summary>The name of a span in a viewer.</summary>
    /// <param name="kind">Its kind.</param>
    public static string TitleOf(SpanKind kind) => kind switch
    {
        SpanKind.Step => "step",
        SpanKind.Forward => "forward",
        SpanKind.Backward => "backward",
        SpanKind.WeightGradient => "weight gradient",
        SpanKind.EvaluationPass => "evaluation pass",
        SpanKind.ReadTokens => "read tokens",
        SpanKind.Receive => "receive",
        SpanKind.Send => "send",
        SpanKind.Wait => "wait for ranks",
        SpanKind.GatherWeights => "gather weights",
        SpanKind.ReduceGradients => "reduce gradients",
        SpanKind.GatherGradients => "gather gradients",
        SpanKind.GatherUpdated => "gather after update",
        SpanKind.ExchangeRows => "exchange rows",
        SpanKind.Optimizer => "optimizer",
        SpanKind.Evaluation => "evaluation",
        SpanKind.Checkpoint => "checkpoint",
        SpanKind.CheckpointWrite => "write checkpoint",
        SpanKind.Restore => "restore",
        SpanKind.Other => "other",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of span"),
    };

    /// <summary>The category of a span, by which viewers filter.</summary>
    /// <param name="kind">Its kind.</param>
    public static string CategoryOf(SpanKind kind) => kind switch
    {
        SpanKind.Forward or SpanKind.Backward or SpanKind.WeightGradient or SpanKind.EvaluationPass => "pass",
        SpanKind.Receive or SpanKind.Send => "message",
        SpanKind.GatherWeights or SpanKind.ReduceGradients or SpanKind.GatherGradients or SpanKind.GatherUpdated or SpanKind.ExchangeRows => "collective",
        SpanKind.Wait => "wait",
        SpanKind.ReadTokens => "data",
        SpanKind.Checkpoint or SpanKind.CheckpointWrite => "checkpoint",
        _ => TitleOf(kind),
    };

    /// <summary>Whether spans of a kind go on beside what the rank executes, and beside each other. All others follow or enclose one another.</summary>
    /// <param name="kind">The kind.</param>
    public static bool IsConcurrent(SpanKind kind) =>
        kind is SpanKind.GatherWeights or SpanKind.ReduceGradients or SpanKind.GatherGradients or SpanKind.GatherUpdated or SpanKind.CheckpointWrite;

    /// <summary>Whether spans of a kind are so rare that they are recorded in all steps and not only in those of <see cref="TracedSteps"/>.</summary>
    /// <param name="kind">The kind.</param>
    public static bool IsRare(SpanKind kind) => kind is SpanKind.Evaluation or SpanKind.Checkpoint or SpanKind.CheckpointWrite or SpanKind.Restore;
}
