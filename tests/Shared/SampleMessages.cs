using Colossus.Protocol;
using Colossus.Protocol.Time;

namespace Colossus.Testing;

/// <summary>One message of each kind.</summary>
internal static class SampleMessages
{
    public static IReadOnlyList<RankOrder> Orders { get; } =
    [
        new AssignOrder(3, 1, 2, "colossus-1-2-e3", "colossus-1-2-e2", 2, null, 17),
        new AbortOrder(3),
        new StopOrder(true),
        new ExitOrder(),
    ];

    public static IReadOnlyList<RankReport> Reports { get; } =
    [
        new ReadyReport(4711),
        new JoinedReport(5) { Epoch = 3 },
        new AliveReport(5, TimeBucket.ExposedPipeline, TimeBuckets.Zero.Plus(TimeBucket.ExposedData, 2)) { Epoch = 3 },
        new StepReport(5, double.NaN, double.PositiveInfinity, 1e-3, 1024, 0.5, "not finite", 100.5) { Epoch = 3 },
        new EvaluationReport(5, 1.5, 2.1),
        new CheckpointReport(5, "step-000005", 1024, 0.5, 0.1),
        new CheckpointFailedReport(5, "no space left"),
        new CheckpointPostponedReport(50, "the loss of this step was not finite"),
        new ParkedReport { Epoch = 3 },
        new TextReport("The ", "value\nof \"it\""),
        new FinishedReport(5, 1.5, 2.1, "ab", false, TimeBuckets.Zero.Plus(TimeBucket.Compute, 2)) { Epoch = 3 },
        new FailedReport("nonFinite", "five in a row") { Epoch = 3 },
    ];
}
